namespace Platform.Agent.Tasks;

/// <summary>A user of this machine, from its user and group files.</summary>
/// <param name="Uid">The user's id.</param>
/// <param name="Gid">The main group's id.</param>
/// <param name="Groups">All groups' ids, the main one first.</param>
/// <param name="Home">The home folder.</param>
internal sealed record UserAccount(uint Uid, uint Gid, IReadOnlyList<uint> Groups, string Home)
{
    /// <summary>The text for a supervisor: uid,gid[,group...].</summary>
    public string ForShim => string.Join(',', Groups.Prepend(Gid).Prepend(Uid));

    /// <summary>Finds a user by name or by number; null if there is none.</summary>
    /// <param name="user">A name, or a number.</param>
    /// <param name="passwd">The text of /etc/passwd.</param>
    /// <param name="group">The text of /etc/group.</param>
    public static UserAccount? Find(string user, string passwd, string group)
    {
        foreach (var line in passwd.Split('\n'))
        {
            if (line.Split(':') is not [var name, _, var uid, var gid, _, var home, ..] || (name != user && uid != user)
                || !uint.TryParse(uid, out var userId) || !uint.TryParse(gid, out var groupId))
                continue;
            var groups = new List<uint> { groupId };
            foreach (var entry in group.Split('\n'))
            {
                if (entry.Split(':') is [_, _, var id, var members] && uint.TryParse(id, out var number)
                    && number != groupId && members.Split(',').Contains(name))
                    groups.Add(number);
            }
            return new UserAccount(userId, groupId, groups, home);
        }
        return null;
    }

    /// <summary>Finds a user of this machine.</summary>
    public static UserAccount? Find(string user) => Find(user, File.ReadAllText("/etc/passwd"), File.ReadAllText("/etc/group"));
}
