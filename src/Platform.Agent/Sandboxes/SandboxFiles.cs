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
            var path = Confinement.Existing(sandbox, Relative(request));
            if (path is null)
                return Failed(request, $"{request.Path} is outside of the sandbox");
            if (request.List)
                return List(request, sandbox, path);
            if (Directory.Exists(path))
                return Failed(request, $"{request.Path} is a directory");
            return request.Rotation is null ? ReadFile(request, sandbox, path) : ReadOn(request, sandbox, path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && request.WaitSeconds > 0)
        {
            return NothingYet(request);
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

    /// <summary>True if a read would be answered with something other than nothing, be it an error; false: it is worth to wait.</summary>
    /// <param name="request">The read.</param>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="folder">The folder to watch for changes meanwhile.</param>
    public static bool HasAnswer(FileRequest request, string sandbox, out string folder)
    {
        folder = sandbox;
        try
        {
            // What is wrong with the question is an answer, and so is the folder of the file that is not there: it cannot be watched.
            if (request.List || Confinement.Lexical(sandbox, Relative(request)) is not { } asked
                || Confinement.Existing(sandbox, Path.GetRelativePath(sandbox, Path.GetDirectoryName(asked)!)) is not { } parent)
                return true;
            folder = parent;
            if (Confinement.Existing(sandbox, Relative(request)) is not { } path || Directory.Exists(path))
                return true;
            folder = Path.GetDirectoryName(path)!;
            var answer = request.Rotation is null ? ReadFile(request with { Length = 1 }, sandbox, path) : ReadOn(request with { Length = 1 }, sandbox, path);
            return answer.Bytes.Length > 0 || answer.More;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return !Directory.Exists(Path.GetDirectoryName(Confinement.Lexical(sandbox, Relative(request))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>The last lines of a file, at most 20 and 4096 bytes; null if there is nothing.</summary>
    public static string? Tail(string sandbox, string name)
    {
        try
        {
            if (Confinement.Existing(sandbox, name) is not { } path)
                return null;
            using var stream = GuardedFile.OpenToRead(sandbox, path);
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

    /// <summary>The text that a file begins with; null if there is nothing.</summary>
    public static string? Head(string sandbox, string name, int bytes)
    {
        try
        {
            // Neither a folder nor a pipe, which would be read for ever.
            if (Confinement.Existing(sandbox, name) is not { } path || !File.Exists(path) || new FileInfo(path).Length == 0)
                return null;
            using var stream = GuardedFile.OpenToRead(sandbox, path);
            var buffer = new byte[bytes];
            return Encoding.UTF8.GetString(buffer, 0, stream.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static FileChunk ReadFile(FileRequest request, string sandbox, string path)
    {
        using var stream = GuardedFile.OpenToRead(sandbox, path);
        var size = stream.Length;
        if (request.Offset == -1)
            return new FileChunk { RequestId = request.RequestId, Offset = size, Size = size };
        var offset = request.Offset >= 0 ? Math.Min(request.Offset, size) : Math.Max(0, size + request.Offset);
        var bytes = new byte[Math.Min(Math.Clamp(request.Length, 0, LongestRead), size - offset)];
        stream.Position = offset;
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return new FileChunk
        {
            RequestId = request.RequestId,
            Offset = offset,
            Size = size,
            Bytes = count == bytes.Length ? bytes : bytes[..count],
            More = offset + count < size,
        };
    }

    private static FileChunk ReadOn(FileRequest request, string sandbox, string path)
    {
        lock (LogRotation.Gate)
        {
            var position = LogParts.Find(path, request.Rotation!, request.Offset);
            var chunk = ReadFile(request with { Offset = position.Offset }, sandbox, position.Path);
            return chunk with { Rotation = position.Before, More = chunk.More || !position.Last };
        }
    }

    private static FileChunk List(FileRequest request, string sandbox, string path)
    {
        using var folder = GuardedFile.OpenFolder(sandbox, path, out var opened);
        var owners = new FileOwners();
        // A link that leads out cannot be opened, so who copies a folder must not find it there.
        var entries = new DirectoryInfo(opened).EnumerateFileSystemInfos().Where(e => e.LinkTarget is null || !Confinement.LeadsOut(sandbox, Path.Combine(opened, e.Name))).Take(MostEntries).OrderBy(e => e.Name, StringComparer.Ordinal).Select(e =>
        {
            var (user, group) = owners.Of(Path.Combine(opened, e.Name));
            return new FileEntry
            {
                Name = e.Name,
                Directory = e is DirectoryInfo,
                Size = e is FileInfo { Exists: true } file ? file.Length : 0,
                Mode = (int)e.UnixFileMode,
                Modified = e.LastWriteTimeUtc,
                User = user,
                Group = group,
            };
        });
        return new FileChunk { RequestId = request.RequestId, Entries = entries.ToValueList() };
    }

    /// <summary>The answer to a reader that waits for a file which the task may still make.</summary>
    public static FileChunk NothingYet(FileRequest request) => new() { RequestId = request.RequestId, Offset = Math.Max(0, request.Offset), Rotation = request.Rotation };

    private static string Relative(FileRequest request) => request.Path.TrimStart('/');

    private static FileChunk Failed(FileRequest request, string error) => new() { RequestId = request.RequestId, Error = error };
}
