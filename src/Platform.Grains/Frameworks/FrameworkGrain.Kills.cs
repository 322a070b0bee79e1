using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Frameworks;

namespace Platform.Grains.Frameworks;

/// <content>Tasks that are to end: balancers let go of them first, and orders are repeated.</content>
public sealed partial class FrameworkGrain
{
    private static readonly TimeSpan KillAgain = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (DateTimeOffset At, double? Grace, string? Reason)> _killed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);

    private async Task KillAsync(List<FrameworkTaskState> tasks, double? graceSeconds, string? reason)
    {
        if (tasks.Count == 0)
            return;
        var now = _time.GetUtcNow();
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var task in tasks)
        {
            // Balancers let go of it first.
            if (_announcements.DrainsUntil(Record.Spec?.Name ?? "", task, now) is { } until)
            {
                held.Add(task.TaskId);
                KillLaterAsync(task.TaskId, until - now).Ignore();
            }
            // A second kill can only shorten the grace of one that waits.
            _killed[task.TaskId] = (now, Shorter(graceSeconds, _killed.TryGetValue(task.TaskId, out var before) ? before.Grace : null), reason);
            if (!task.IsKilled)
                Set(task with { IsKilled = true });
        }
        await _writer.WriteAsync();
        SendKills(tasks.Where(task => !held.Contains(task.TaskId)));
    }

    private static double? Shorter(double? one, double? other) => one is null || other is null ? one ?? other : Math.Min(one.Value, other.Value);

    private void SendKills(IEnumerable<FrameworkTaskState> tasks)
    {
        foreach (var agent in tasks.GroupBy(task => task.AgentId))
            GrainFactory.GetGrain<IAgentGrain>(agent.Key).KillAsync(agent.Select(KillOf).ToValueList(), From).Ignore();
    }

    private TaskKill KillOf(FrameworkTaskState task)
    {
        var kill = _killed.GetValueOrDefault(task.TaskId);
        return new() { TaskId = task.PlaceId, Owner = Owner, GraceSeconds = kill.Grace, Reason = kill.Reason };
    }

    /// <summary>Waits until the task has left the registry and its drain time is over.</summary>
    private async Task KillLaterAsync(string taskId, TimeSpan wait)
    {
        if (!_leaving.Add(taskId))
            return;
        try
        {
            while (true)
            {
                await Task.Delay(wait, _time);
                if (!_live.Contains(taskId) || !_killed.TryGetValue(taskId, out var kill))
                    return;
                var (task, now) = (_items.Items[taskId], _time.GetUtcNow());
                if (_announcements.DrainsUntil(Record.Spec?.Name ?? "", task, now) is { } until)
                {
                    wait = until - now;
                    continue;
                }
                _killed[taskId] = (now, kill.Grace, kill.Reason);
                SendKills([task]);
                return;
            }
        }
        finally
        {
            _leaving.Remove(taskId);
        }
    }

    // An order may be lost with the silo that it was for.
    private Task RepeatKillsAsync()
    {
        var now = _time.GetUtcNow();
        var due = Live().Where(task => task.IsKilled && !_leaving.Contains(task.TaskId) && !EndsWithExecutor(task) && (!_killed.TryGetValue(task.TaskId, out var kill) || now - kill.At > KillAgain)).ToList();
        return Task.WhenAll(due.GroupBy(task => _killed.GetValueOrDefault(task.TaskId) is var kill ? (kill.Grace, kill.Reason) : default)
            .Select(kill => KillAsync(kill.ToList(), kill.Key.Grace, kill.Key.Reason)));
    }
}
