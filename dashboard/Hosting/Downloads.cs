using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Core.Security;

namespace Platform.Dashboard.Hosting;

/// <summary><c>/ui/download/{agent}/{task}?path=stdout</c>: a whole file of a sandbox, read part by part.</summary>
internal static class Downloads
{
    private const int Part = 1024 * 1024;

    internal static string Path(string agent, string task, string file) =>
        $"/ui/download/{Uri.EscapeDataString(agent)}/{Uri.EscapeDataString(task)}?path={Uri.EscapeDataString(file)}";

    internal static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/ui/download/{agent}/{task}", SendAsync).Needs(Right.OfTask);

    private static async Task SendAsync(HttpContext http, IGrainFactory grains, string agent, string task, string path)
    {
        if (!http.Features.Get<Access>()!.Allows(AccessAction.Read, TaskOwnership.SandboxOf(task)))
        {
            await Results.StatusCode(StatusCodes.Status403Forbidden).ExecuteAsync(http);
            return;
        }

        // A grain is made by calling it: only agents that are listed are called.
        if (!(await grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents).ListAsync(agent)).AsEnumerable().Contains(agent))
        {
            await Results.NotFound().ExecuteAsync(http);
            return;
        }

        var grain = grains.GetGrain<IAgentGrain>(agent);
        var request = new FileRequest { TaskId = task, Path = path, Length = Part };
        var chunk = await grain.ReadFileAsync(request);
        if (chunk.Error is { } error)
        {
            await Results.Text(error, statusCode: chunk.Unreachable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound).ExecuteAsync(http);
            return;
        }

        http.Response.ContentType = "application/octet-stream";
        // What a task wrote is never shown as a page of this server.
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileNameStar = path[(path.LastIndexOf('/') + 1)..] }.ToString();
        http.Response.Headers.XContentTypeOptions = "nosniff";
        // As long as the file is now: what is written meanwhile is for the next download.
        var end = chunk.Size;
        for (var offset = 0L; chunk is { Error: null, Bytes.Length: > 0 };)
        {
            await http.Response.Body.WriteAsync(chunk.Bytes, http.RequestAborted);
            offset += chunk.Bytes.Length;
            if (offset >= end)
                return;
            chunk = await grain.ReadFileAsync(request with { Offset = offset });
        }

        if (chunk.Error is not null)
            http.Abort();
    }
}
