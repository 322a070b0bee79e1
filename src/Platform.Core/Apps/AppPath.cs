namespace Platform.Core.Apps;

/// <summary>The paths of apps, pods and groups: absolute, slash-separated names such as <c>/shop/web</c>; the root group is <c>/</c>.</summary>
/// <remarks>The rules of a name are Marathon's (its type PathId).</remarks>
public static class AppPath
{
    /// <summary>The root group.</summary>
    public const string Root = "/";

    private static readonly string[] Reserved = ["restart", "tasks", "versions", ".", ".."];

    /// <summary>The absolute form of a path, relative ones seen from <paramref name="within"/>; <c>.</c> and <c>..</c> are resolved, superfluous slashes dropped.</summary>
    public static string Canonical(string path, string within = Root)
    {
        var names = new List<string>();
        if (!path.StartsWith('/'))
            Walk(within, names);
        Walk(path, names);
        return names.Count == 0 ? Root : "/" + string.Join('/', names);
    }

    /// <summary>The group that holds an absolute path; the root's is the root itself.</summary>
    public static string Parent(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? Root : path[..slash];
    }

    /// <summary>The last name of an absolute path; empty for the root.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The top-level group of an absolute path without its slash, or null if the path is the root or directly in it.</summary>
    public static string? TopLevelGroup(string path)
    {
        var end = path.IndexOf('/', Math.Min(1, path.Length));
        return end < 0 ? null : path[1..end];
    }

    /// <summary>Whether an absolute path is <paramref name="group"/> itself or anywhere below it.</summary>
    public static bool IsWithin(string path, string group) =>
        group == Root || path.Length == group.Length && path == group
        || path.Length > group.Length && path[group.Length] == '/' && path.StartsWith(group, StringComparison.Ordinal);

    /// <summary>The groups above an absolute path, nearest first, the root last; none for the root.</summary>
    public static IEnumerable<string> Ancestors(string path)
    {
        while (path != Root)
        {
            path = Parent(path);
            yield return path;
        }
    }

    /// <summary>Whether every name of the path matches Marathon's pattern: lowercase letters, digits and hyphens in dot-separated parts that neither begin nor end with a hyphen; <c>.</c> and <c>..</c> count as names.</summary>
    public static bool HasValidNames(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan()[range];
            if (!name.IsEmpty && !name.SequenceEqual(".") && !name.SequenceEqual("..") && !IsValidName(name))
                return false;
        }
        return true;
    }

    /// <summary>Whether the last name means something else in an address of the API (restart, tasks, versions), or is <c>.</c> or <c>..</c>.</summary>
    public static bool EndsWithReservedName(string path) => Array.IndexOf(Reserved, Name(path.TrimEnd('/'))) >= 0;

    /// <summary>The path with underscores for slashes and without the first: <c>shop_web</c>; the first part of task and instance ids.</summary>
    public static string Safe(string path) => path.TrimStart('/').Replace('/', '_');

    private static void Walk(string path, List<string> names)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan()[range];
            if (name.IsEmpty || name.SequenceEqual("."))
                continue;
            if (!name.SequenceEqual(".."))
                names.Add(name.ToString());
            else if (names.Count > 0)
                names.RemoveAt(names.Count - 1);
        }
    }

    private static bool IsValidName(ReadOnlySpan<char> name)
    {
        foreach (var range in name.Split('.'))
        {
            var part = name[range];
            if (part.IsEmpty || part[0] == '-' || part[^1] == '-')
                return false;
            foreach (var c in part)
            {
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                    return false;
            }
        }
        return true;
    }
}
