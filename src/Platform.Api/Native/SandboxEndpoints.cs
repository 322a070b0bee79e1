using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Core.Security;

namespace Platform.Api.Native;

/// <summary><c>/api/agents/{id}/tasks/{task}/files</c>: what tasks write, read through their agent's session.</summary>
/// <remarks>
/// <c>?path=stdout&amp;offset=0&amp;length=65536</c> answers with bytes; the headers <c>X-File-Offset</c> and <c>X-File-Size</c> tell where they
/// begin and how long the file is now, <c>X-File-More: true</c> that there is more to read at once, <c>X-File-Ended: true</c> that nothing will come
/// after it. A negative offset counts from the end. <c>?path=DIR&amp;list=true</c> answers with a listing in JSON.
/// To follow a file, ask with <c>wait</c> (seconds, up to 15: the answer comes as soon as there is something) and with <c>rotation</c>, empty at
/// first and then as <c>X-File-Rotation</c> of the answer before, beside the offset where that one ended: rotated parts are read on in their order.
/// </remarks>
internal static class SandboxEndpoints
{
    internal const string OffsetHeader = "X-File-Offset";
    internal const string SizeHeader = "X-File-Size";
    internal const string MoreHeader = "X-File-More";
    internal const string EndedHeader = "X-File-Ended";
    internal const string RotationHeader = "X-File-Rotation";

    private const int LargestPart = 1024 * 1024;

    internal static void Map(RouteGroupBuilder agents) => agents.MapGet("{id}/tasks/{task}/files", ReadAsync).Needs(Right.OfTask);

    private static async Task ReadAsync(HttpContext http, IGrainFactory grains, string id, string task, string? path, long? offset, int? length, bool? list, double? wait,
        string? rotation)
    {
        http.Access().Demand(AccessAction.Read, TaskOwnership.SandboxOf(task));
        if (Problem(length, wait) is { } problem)
        {
            await http.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (await AgentEndpoints.FindAsync(grains, id) is not { } agent)
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, $"Agent '{id}' does not exist");
            return;
        }

        var chunk = await grains.GetGrain<IAgentGrain>(agent.Id).ReadFileAsync(new FileRequest
        {
            TaskId = task,
            Path = path ?? "",
            Offset = offset ?? 0,
            Length = length ?? 65_536,
            List = list ?? false,
            WaitSeconds = wait ?? 0,
            Rotation = rotation,
        });
        if (chunk.Error is { } error)
        {
            await http.RefuseAsync(chunk.Unreachable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status404NotFound, error);
            return;
        }

        if (list ?? false)
        {
            await http.Response.WriteAsJsonAsync(new FileListing([.. chunk.Entries]), NativeJson.Default.FileListing, cancellationToken: http.RequestAborted);
            return;
        }

        http.Response.Headers[OffsetHeader] = $"{chunk.Offset}";
        http.Response.Headers[SizeHeader] = $"{chunk.Size}";
        http.Response.Headers[MoreHeader] = chunk.More ? "true" : "false";
        http.Response.Headers[EndedHeader] = chunk.Ended ? "true" : "false";
        if (chunk.Rotation is not null)
            http.Response.Headers[RotationHeader] = chunk.Rotation;
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = chunk.Bytes.Length;
        await http.Response.Body.WriteAsync(chunk.Bytes, http.RequestAborted);
    }

    private static string? Problem(int? length, double? wait) => (length, wait) switch
    {
        ( < 1 or > LargestPart, not null and not (>= 0 and <= FileRequest.LongestWait)) => $"{OfLength(length)}; {OfWait(wait)}",
        ( < 1 or > LargestPart, _) => OfLength(length),
        (_, not null and not (>= 0 and <= FileRequest.LongestWait)) => OfWait(wait),
        _ => null,
    };

    private static string OfLength(int? length) => $"length {length} is not between 1 and {LargestPart}";

    private static string OfWait(double? wait) => $"wait {wait} is not between 0 and {FileRequest.LongestWait} (seconds)";
}
