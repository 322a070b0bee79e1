using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Contracts.Agents;
using Platform.Contracts.Directory;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Agents;

/// <summary>Mesos' <c>/files/browse</c>, <c>read</c>, <c>download</c> and <c>debug</c>: sandboxes of tasks, read through the sessions of their agents.</summary>
internal sealed class FileEndpoints(IGrainFactory grains, PictureReader pictures)
{
    // As in Mesos: 16 pages of memory.
    private const int LongestRead = 16 * 4096;

    // The kind of a file, as in stat(2).
    private const uint DirectoryMode = 0x4000;
    private const uint FileMode = 0x8000;

    private const int DownloadPart = 1024 * 1024;

    public async Task BrowseAsync(HttpContext http)
    {
        var path = Path(http);
        var entries = await ListAsync(http, path);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("path", PathOf(path, entry));
                writer.WriteNumber("nlink", entry.Directory ? 2 : 1);
                writer.WriteNumber("size", entry.Size);
                writer.WriteNumber("mtime", entry.Modified.ToUnixTimeSeconds());
                writer.WriteString("mode", ModeText(entry));
                writer.WriteString("uid", entry.User);
                writer.WriteString("gid", entry.Group);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    public async Task ReadAsync(HttpContext http)
    {
        var path = Path(http);
        var query = http.Request.Query;
        var offset = Number(query["offset"], "offset", -1);
        var length = Number(query["length"], "length", -1);
        if (offset < -1)
            throw MesosRefusal.BadRequest($"Negative offset provided: {offset}.\n");
        if (length < -1)
            throw MesosRefusal.BadRequest($"Negative length provided: {length}.\n");
        var chunk = await ReadAsync(http, path, offset, length < 0 ? LongestRead : (int)Math.Min(length, LongestRead));
        // The text of a part: a character that goes on in the next one comes with that.
        var bytes = chunk.Bytes.AsSpan(0, WholeCharacters(chunk.Bytes));
        var text = Encoding.UTF8.GetString(bytes);
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("data", text);
            writer.WriteNumber("offset", chunk.Offset);
            writer.WriteEndObject();
        });
    }

    public async Task DownloadAsync(HttpContext http)
    {
        var path = Path(http);
        var chunk = await ReadAsync(http, path, 0, DownloadPart);
        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = new System.Net.Mime.ContentDisposition("attachment") { FileName = path.TrimEnd('/').Split('/')[^1] }.ToString();
        // What is added meanwhile is not waited for.
        var end = chunk.Size;
        while (true)
        {
            await http.Response.Body.WriteAsync(chunk.Bytes.AsMemory(0, (int)Math.Min(chunk.Bytes.Length, end - chunk.Offset)), http.RequestAborted);
            var next = chunk.Offset + chunk.Bytes.Length;
            if (next >= end || chunk.Bytes.Length == 0)
                return;
            try
            {
                chunk = await ReadAsync(http, path, next, DownloadPart);
            }
            catch (MesosRefusal)
            {
                // The answer has begun: it ends so that the client sees it is not whole.
                http.Abort();
                return;
            }
        }
    }

    /// <summary>The paths that there are: of agents, and of the sandboxes on them, which clients find by the end of their paths.</summary>
    public async Task DebugAsync(HttpContext http)
    {
        var cluster = await pictures.ReadAsync();
        var ids = AgentOf(http) is { } only ? [only] : cluster.Agents.Select(agent => agent.Id).ToList();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            foreach (var id in ids)
            {
                writer.WriteString($"/slaves/{id}", $"agent {id}");
                foreach (var directory in cluster.Agents.Any(agent => agent.Id == id) ? AgentPicture.Of(cluster, id).Executors.SelectMany(executor => executor.Directories) : [])
                    writer.WriteString(directory, directory);
            }
            writer.WriteEndObject();
        });
    }

    /// <summary>The entries of a folder.</summary>
    public async Task<ValueList<FileEntry>> ListAsync(HttpContext http, string path) => (await AskAsync(http, path, request => request with { List = true })).Entries;

    /// <summary>A part of a file; from -1 on: only its length.</summary>
    public Task<FileChunk> ReadAsync(HttpContext http, string path, long offset, int length) => AskAsync(http, path, request => request with { Offset = offset, Length = length });

    /// <summary>An entry of a folder in a message.</summary>
    public static Wire.FileInfo ToWire(string folder, FileEntry entry) => new()
    {
        Path = PathOf(folder, entry),
        Nlink = entry.Directory ? 2 : 1,
        Size = (ulong)entry.Size,
        Mtime = Mapping.StatusMapping.Time(entry.Modified),
        Mode = (uint)entry.Mode | (entry.Directory ? DirectoryMode : FileMode),
        Uid = entry.User,
        Gid = entry.Group,
    };

    /// <summary>Where a call begins to read.</summary>
    public static long Offset(ulong offset) => (long)Math.Min(offset, long.MaxValue);

    /// <summary>How much a call reads: what it says, and never more than Mesos gives at once.</summary>
    public static int Length(ulong? length) => (int)Math.Min(length ?? LongestRead, LongestRead);

    /// <summary>The path of an entry of a folder.</summary>
    public static string PathOf(string folder, FileEntry entry) => $"{folder.TrimEnd('/')}/{entry.Name}";

    private async Task<FileChunk> AskAsync(HttpContext http, string path, Func<FileRequest, FileRequest> ask)
    {
        var sandbox = AgentSandbox.Parse(path);
        var agentId = AgentOf(http) ?? sandbox?.AgentId;
        // Who may not read a task's files does not learn whether it is there.
        if (sandbox is not null && sandbox.Run != AgentSandbox.Latest)
            http.Access().Demand(AccessAction.Read, TaskOwnership.SandboxOf(sandbox.Run));
        if (sandbox is null || agentId is null || (sandbox.AgentId ?? agentId) != agentId || await StatusAsync(agentId) is not { } agent
            || sandbox.TaskOf(agent.Tasks, out var file) is not { } taskId)
        {
            throw MesosRefusal.NotFound("");
        }
        http.Access().Demand(AccessAction.Read, TaskOwnership.SandboxOf(taskId));
        var chunk = await grains.GetGrain<IAgentGrain>(agentId).ReadFileAsync(ask(new() { TaskId = taskId, Path = file }));
        return chunk.Error is not { } error ? chunk
            : throw (chunk.Unreachable ? new MesosRefusal(StatusCodes.Status503ServiceUnavailable, error) : MesosRefusal.NotFound(error));
    }

    private async Task<AgentStatus?> StatusAsync(string agentId) =>
        (await grains.ListAsync(DirectoryKinds.Agents, agentId)).Contains(agentId) ? await grains.GetGrain<IAgentGrain>(agentId).GetStatusAsync() : null;

    private static string? AgentOf(HttpContext http) => http.GetRouteValue("agent") as string;

    private static string Path(HttpContext http) => http.Request.Query["path"].ToString() is { Length: > 0 } path ? path : throw MesosRefusal.BadRequest("Expecting 'path=value' in query.\n");

    private static long Number(string? text, string name, long otherwise) => string.IsNullOrEmpty(text) ? otherwise
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw MesosRefusal.BadRequest($"Failed to parse {name}: Failed to convert '{text}' to number.\n");

    private static int WholeCharacters(byte[] bytes)
    {
        // At most 3 bytes of a character can be there without its last.
        for (var end = bytes.Length; end > 0 && end > bytes.Length - 4; end--)
        {
            if (Utf8.IsValid(bytes.AsSpan(0, end)))
                return end;
        }
        return bytes.Length;
    }

    private static string ModeText(FileEntry entry)
    {
        Span<char> text = stackalloc char[10];
        "rwxrwxrwx".CopyTo(text[1..]);
        text[0] = entry.Directory ? 'd' : '-';
        for (var bit = 0; bit < 9; bit++)
        {
            if ((entry.Mode & (1 << (8 - bit))) == 0)
                text[bit + 1] = '-';
        }
        return text.ToString();
    }
}
