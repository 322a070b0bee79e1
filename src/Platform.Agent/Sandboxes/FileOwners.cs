using System.Globalization;
using Platform.Agent.Processes;

namespace Platform.Agent.Sandboxes;

/// <summary>Whose files are, by this machine's names of users and groups as they are now.</summary>
internal sealed unsafe class FileOwners
{
    private const int NotFollowed = 0x100; // AT_SYMLINK_NOFOLLOW

    private readonly Lazy<Dictionary<uint, string>> _users = new(() => Read("/etc/passwd"));
    private readonly Lazy<Dictionary<uint, string>> _groups = new(() => Read("/etc/group"));

    /// <summary>The names of a file's user and group, numbers of those without one; of a link its own. Empty: it is not there, or cannot be asked for.</summary>
    public (string User, string Group) Of(string path)
    {
        // <linux/stat.h>: stx_uid and stx_gid.
        var status = stackalloc byte[Libc.StatusSize];
        return Libc.Status(Libc.AtCurrentFolder, path, NotFollowed, Libc.StatusBasics, status) != 0 ? ("", "")
            : (Name(_users.Value, *(uint*)(status + 20)), Name(_groups.Value, *(uint*)(status + 24)));
    }

    /// <summary>The names in the text of a file of users or groups, by their numbers; the first counts.</summary>
    internal static Dictionary<uint, string> Parse(string text)
    {
        var names = new Dictionary<uint, string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(':') is [{ Length: > 0 } name, _, var id, ..] && uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                names.TryAdd(number, name);
        }
        return names;
    }

    private static Dictionary<uint, string> Read(string file)
    {
        try
        {
            return Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Name(Dictionary<uint, string> names, uint id) => names.TryGetValue(id, out var name) ? name : id.ToString(CultureInfo.InvariantCulture);
}
