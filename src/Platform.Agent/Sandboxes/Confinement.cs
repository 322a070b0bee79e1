using Platform.Agent.Processes;

namespace Platform.Agent.Sandboxes;

/// <summary>
/// Paths that must not leave a folder. What is in a sandbox belongs to the task and to the archives that were fetched, and the agent may be root:
/// links are judged by where the kernel follows them to, never by their text.
/// </summary>
internal static class Confinement
{
    /// <summary>The real path of something that exists, if it is inside of the folder or the folder itself; else null.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static string? Existing(string folder, string relative)
    {
        if (Lexical(folder, relative) is not { } path)
            return null;
        var real = Libc.RealPath(path) ?? throw new FileNotFoundException($"There is no {relative}", path);
        return IsInside(RealRoot(folder), real) ? real : null;
    }

    /// <summary>A link leads to something that is there, and not inside of the folder.</summary>
    public static bool LeadsOut(string folder, string link) => Libc.RealPath(link) is { } real && !IsInside(RealRoot(folder), real);

    /// <summary>Where to write a file or make a folder: its parents are made, and a link of its name is removed. Null: it would be outside.</summary>
    /// <exception cref="IOException">Something on the way is not a folder.</exception>
    public static string? ForWriting(string folder, string relative)
    {
        if (Lexical(folder, relative) is not { } path)
            return null;
        var root = RealRoot(folder);
        if (path == folder)
            return root;
        var at = root;
        var parts = Path.GetRelativePath(folder, path).Split('/');
        foreach (var part in parts[..^1])
        {
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null)
            {
                if (Libc.RealPath(at) is not { } real || !IsInside(root, real))
                    return null;
                at = real;
            }
            Directory.CreateDirectory(at);
        }
        at = Path.Combine(at, parts[^1]);
        if (new FileInfo(at).LinkTarget is not null)
            File.Delete(at);
        return at;
    }

    /// <summary>The path without its dots, if by its text it is inside of the folder or the folder itself; else null.</summary>
    public static string? Lexical(string folder, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(folder, relative)).TrimEnd('/');
        return IsInside(folder, path) ? path : null;
    }

    private static bool IsInside(string folder, string path) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static string RealRoot(string folder) => Libc.RealPath(folder) ?? throw new DirectoryNotFoundException($"There is no {folder}");
}
