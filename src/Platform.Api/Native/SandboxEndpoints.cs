using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Contracts.Agents;

namespace Platform.Api.Native;

/// <summary><c>/api/agents/{id}/tasks/{task}/files</c>: what tasks write, read through their agent's session.</summary>
/// <remarks>
/// <c>?path=stdout&amp;offset=0&amp;length=65536</c> answers with bytes; the headers <c>X-File-Offset</c> and <c>X-File-Size</c> tell where they
/// begin and how long the file is now. A negative offset counts from the end. <c>?path=DIR&amp;list=true</c> answers with a listing in JSON.
/// </remarks>
internal static class SandboxEndpoints
{
    internal const string OffsetHeader = "X-File-Offset";
    internal const string SizeHeader = "X-File-Size";

    private const int LargestPart = 1024 * 1024;

    internal static void Map(RouteGroupBuilder agents) => agents.MapGet("{id}/tasks/{task}/files", ReadAsync);

    private static async Task ReadAsync(HttpContext http, IGrainFactory grains, string id, string task, string? path, long? offset, int? length, bool? list)
    {
        if (length is < 1 or > LargestPart)
        {
            await http.RefuseAsync(StatusCodes.Status400BadRequest, $"length {length} is not between 1 and {LargestPart}");
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
        });
        if (chunk.Error is { } error)
        {
            await http.RefuseAsync(StatusCodes.Status404NotFound, error);
            return;
        }

        if (list ?? false)
        {
            await http.Response.WriteAsJsonAsync(new FileListing([.. chunk.Entries]), NativeJson.Default.FileListing, cancellationToken: http.RequestAborted);
            return;
        }

        http.Response.Headers[OffsetHeader] = $"{chunk.Offset}";
        http.Response.Headers[SizeHeader] = $"{chunk.Size}";
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = chunk.Bytes.Length;
        await http.Response.Body.WriteAsync(chunk.Bytes, http.RequestAborted);
    }
}
