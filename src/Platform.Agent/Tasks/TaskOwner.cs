using Platform.Agent.Files;
using Platform.Agent.Isolation;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Whom the files that the agent writes for a task have to belong to.</summary>
internal static class TaskOwner
{
    /// <summary>The user, as the machine counts it; null: the agent's own.</summary>
    /// <param name="spec">The task.</param>
    /// <param name="work">The folder of the agent.</param>
    /// <param name="ids">The ids of tasks in user namespaces, if those that start now are in one.</param>
    public static UserAccount? Of(TaskSpec spec, WorkDirectory work, MappedIds? ids)
    {
        var name = spec.Command.User is { Length: > 0 } given ? given : null;
        var account = name is null ? null : UserAccount.Find(name);
        if (spec.Image is not null)
            return account ?? (uint.TryParse(name?.Split(':')[0], out var uid) ? new UserAccount(uid, uid, [uid], "/") : null);
        // One that has begun goes on with the ids that it has, whatever the agent is told since.
        if (FileOwner.Of(work.Sandbox(spec.TaskId)) is var (user, group, _))
            return new UserAccount(user, group, [group], "/");
        return ids is null ? account : ids.OnMachine(account);
    }
}
