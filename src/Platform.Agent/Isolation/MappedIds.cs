using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Isolation;

/// <summary>The ids of this machine that are the ids 0 to 65535 in the user namespaces of tasks. They belong to nobody else, so that root in a task is nobody here.</summary>
/// <param name="User">The first of the users.</param>
/// <param name="Group">The first of the groups.</param>
internal sealed record MappedIds(uint User, uint Group)
{
    /// <summary>So many of each.</summary>
    public const uint Count = 65_536;

    /// <summary>The setting of a supervisor, as Native/isolate.h describes it.</summary>
    public string Setting => $"u{User},{Group}";

    /// <summary>True if a user of the machine is one of these.</summary>
    public bool HasUser(uint user) => user >= User && user - User < Count;

    /// <summary>A user inside as the machine counts it.</summary>
    /// <param name="inside">The user; null: root.</param>
    /// <exception cref="TaskStartException">The namespace has no such id.</exception>
    public UserAccount OnMachine(UserAccount? inside)
    {
        if (inside is null)
            return new(User, Group, [Group], "/");
        foreach (var id in inside.Groups.Append(inside.Uid).Append(inside.Gid))
        {
            if (id >= Count)
                throw new TaskStartException(TaskReasons.LaunchFailed, $"The user of the task has the id {id}, or a group of it: a user namespace of this agent (namespaces/user) has none above {Count - 1}");
        }
        return inside with { Uid = User + inside.Uid, Gid = Group + inside.Gid, Groups = [.. inside.Groups.Select(id => Group + id)] };
    }

    /// <summary>The ids of the namespace that a process is in; null: it is in none of such a kind, or gone.</summary>
    public static MappedIds? OfProcess(int pid)
    {
        try
        {
            return First($"/proc/{pid}/uid_map") is { } user && First($"/proc/{pid}/gid_map") is { } group ? new(user, group) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // Inside, outside, how many.
        static uint? First(string file) => File.ReadAllText(file).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries) is ["0", var first, var count]
            && uint.TryParse(first, out var id) && id > 0 && count == $"{Count}" ? id : null;
    }
}
