using Microsoft.AspNetCore.Routing;
using Platform.Api.Native;

namespace Platform.Dashboard.Hosting;

/// <summary><c>/ui/exec/{agent}/{task}</c>: the WebSocket of a terminal, as that of the API.</summary>
internal static class Shells
{
    internal static string Path(string agent, string task) => $"/ui/exec/{Uri.EscapeDataString(agent)}/{Uri.EscapeDataString(task)}";

    internal static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapExec("/ui/exec/{id}/{task}");
}
