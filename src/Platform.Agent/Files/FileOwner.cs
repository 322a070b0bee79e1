using Platform.Agent.Processes;

namespace Platform.Agent.Files;

/// <summary>Whom files belong to.</summary>
internal static unsafe class FileOwner
{
    /// <summary>The user, the group, and how many names it has; null: there is no such file. A link is not followed.</summary>
    public static (uint User, uint Group, uint Links)? Of(string path)
    {
        // struct statx: links at 16, user at 20, group at 24.
        var status = stackalloc byte[Libc.StatusSize];
        return Libc.Status(Libc.AtCurrentFolder, path, Libc.AtNoFollow, Libc.StatusBasics, status) == 0
            ? (*(uint*)(status + 20), *(uint*)(status + 24), *(uint*)(status + 16))
            : null;
    }
}
