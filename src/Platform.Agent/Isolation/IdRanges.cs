using Platform.Agent.Tasks;

namespace Platform.Agent.Isolation;

/// <summary>Finds ids of the machine that tasks in user namespaces can have, in the texts of its files of users.</summary>
/// <param name="subuid">/etc/subuid: lines of a user, the first id and how many.</param>
/// <param name="subgid">/etc/subgid, the same of groups.</param>
/// <param name="passwd">/etc/passwd.</param>
/// <param name="group">/etc/group.</param>
internal sealed class IdRanges(string subuid, string subgid, string passwd, string group)
{
    /// <summary>What this machine has.</summary>
    public static IdRanges OfMachine => new(TextOf("/etc/subuid"), TextOf("/etc/subgid"), TextOf("/etc/passwd"), TextOf("/etc/group"));

    /// <summary>Finds the ids.</summary>
    /// <param name="agent">The id of the agent's user.</param>
    /// <param name="given">The first of them, as the operator has it; null: what is set aside for the agent's user.</param>
    /// <exception cref="AgentStartException">There are none, or they belong to others.</exception>
    public MappedIds Find(uint agent, uint? given)
    {
        var name = UserAccountName(agent);
        if (given is { } first)
        {
            var taken = Taken(first, name, subuid, "/etc/subuid", passwd, "/etc/passwd") ?? Taken(first, name, subgid, "/etc/subgid", group, "/etc/group");
            return taken is null ? new(first, first) : throw new AgentStartException($"--mapped-ids {first}: of the ids {first} to {first + MappedIds.Count - 1} some belong to {taken}. Name others.");
        }
        if (Own(name, agent, subuid, passwd) is { } user && Own(name, agent, subgid, group) is { } ofGroup)
            return new(user, ofGroup);
        throw new AgentStartException(
            $"--isolation: namespaces/user needs {MappedIds.Count} ids that belong to nobody, and /etc/subuid and /etc/subgid set none aside for {name}. "
            + $"Add a line such as {name}:100000:{MappedIds.Count} to both, or name the first of them with --mapped-ids.");
    }

    /// <summary>Refuses a work directory whose sandboxes only the agent's user can reach.</summary>
    /// <exception cref="AgentStartException">A folder lets nobody else in.</exception>
    public static void RequireWayTo(WorkDirectory work)
    {
        foreach (var folder in (string[])[work.Sandboxes, work.Volumes, work.Groups])
        {
            for (var level = folder; level is not null; level = Path.GetDirectoryName(level))
            {
                if (!File.GetUnixFileMode(level).HasFlag(UnixFileMode.OtherExecute))
                    throw new AgentStartException($"--isolation: with namespaces/user tasks are nobody on this machine, and {level} lets nobody in, so that they could not reach their sandboxes. Make it so (chmod o+x), or choose another --work-dir.");
            }
        }
    }

    private string UserAccountName(uint agent) => Lines(passwd).FirstOrDefault(line => line.Length > 2 && line[2] == $"{agent}")?[0] ?? $"{agent}";

    private static uint? Own(string name, uint agent, string ranges, string accounts)
    {
        foreach (var (owner, first, count) in RangesOf(ranges))
        {
            if ((owner == name || owner == $"{agent}") && count >= MappedIds.Count && first >= MappedIds.Count && AccountIn((uint)first, accounts) is null)
                return (uint)first;
        }
        return null;
    }

    private static string? Taken(uint first, string name, string ranges, string rangesFile, string accounts, string accountsFile)
    {
        foreach (var (owner, other, count) in RangesOf(ranges))
        {
            if (owner != name && other < (ulong)first + MappedIds.Count && first < other + count)
                return $"{owner}, by {rangesFile}";
        }
        return AccountIn(first, accounts) is { } account ? $"{account}, by {accountsFile}" : null;
    }

    private static string? AccountIn(uint first, string accounts) =>
        Lines(accounts).FirstOrDefault(line => line.Length > 2 && uint.TryParse(line[2], out var id) && id >= first && id - first < MappedIds.Count)?[0];

    private static IEnumerable<(string Owner, ulong First, ulong Count)> RangesOf(string text) =>
        Lines(text).Where(line => line.Length == 3).Select(line => (line[0], uint.TryParse(line[1], out var first) ? first : 0ul, uint.TryParse(line[2], out var count) ? count : 0ul));

    private static IEnumerable<string[]> Lines(string text) => text.Split('\n').Select(line => line.Trim().Split(':'));

    private static string TextOf(string file) => File.Exists(file) ? File.ReadAllText(file) : "";
}
