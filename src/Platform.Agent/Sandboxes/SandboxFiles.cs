using System.Text;
using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Agent.Sandboxes;

/// <summary>Reads what is inside a sandbox, and nothing outside of it.</summary>
internal static class SandboxFiles
{
    private const int LongestRead = 1024 * 1024;
    private const int MostEntries = 10_000;
    private const int TailBytes = 4096;
    private const int TailLines = 20;

    /// <summary>Answers a request; what goes wrong is told in the answer.</summary>
    public static FileChunk Read(FileRequest request, string sandbox)
    {
        try
        {
            var path = Resolve(sandbox, request.Path);
            if (path is null)
                return Failed(request, $"{request.Path} is outside of the sandbox");
            if (request.List)
                return List(request, path);
            if (Directory.Exists(path))
                return Failed(request, $"{request.Path} is a directory");
            return ReadFile(request, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Failed(request, $"There is no {(request.Path.Length == 0 ? "sandbox" : request.Path)} of task {request.TaskId}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(request, e.Message);
        }
    }

    /// <summary>The last lines of a file, at most 20 and 4096 bytes; null if there is nothing.</summary>
    public static string? Tail(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Max(0, stream.Length - TailBytes);
            var buffer = new byte[TailBytes];
            var count = stream.ReadAtLeast(buffer, TailBytes, throwOnEndOfStream: false);
            var lines = Encoding.UTF8.GetString(buffer, 0, count).TrimEnd('\n').Split('\n');
            var text = string.Join('\n', lines.TakeLast(TailLines));
            return text.Length > 0 ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileChunk ReadFile(FileRequest request, string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var size = stream.Length;
        if (request.Offset == -1)
            return new FileChunk { RequestId = request.RequestId, Offset = size, Size = size };
        var offset = request.Offset >= 0 ? Math.Min(request.Offset, size) : Math.Max(0, size + request.Offset);
        var bytes = new byte[Math.Min(Math.Clamp(request.Length, 0, LongestRead), size - offset)];
        stream.Position = offset;
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return new FileChunk { RequestId = request.RequestId, Offset = offset, Size = size, Bytes = count == bytes.Length ? bytes : bytes[..count] };
    }

    private static FileChunk List(FileRequest request, string path)
    {
        var entries = new DirectoryInfo(path).EnumerateFileSystemInfos().Take(MostEntries).OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => new FileEntry
        {
            Name = e.Name,
            Directory = e is DirectoryInfo,
            Size = e is FileInfo { Exists: true } file ? file.Length : 0,
            Mode = (int)e.UnixFileMode,
            Modified = e.LastWriteTimeUtc,
        });
        return new FileChunk { RequestId = request.RequestId, Entries = entries.ToValueList() };
    }

    /// <summary>The real path, with links followed, if it is inside the sandbox; else null.</summary>
    private static string? Resolve(string sandbox, string relative)
    {
        var path = sandbox;
        foreach (var part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.GetFullPath(Path.Combine(path, part));
            var info = new FileInfo(path);
            if (info.LinkTarget is not null)
                path = info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            if (path != sandbox && !path.StartsWith(sandbox + "/", StringComparison.Ordinal))
                return null;
        }
        return path;
    }

    private static FileChunk Failed(FileRequest request, string error) => new() { RequestId = request.RequestId, Error = error };
}
