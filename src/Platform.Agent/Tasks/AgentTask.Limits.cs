using Platform.Agent.Checks;
using Platform.Agent.Containerizers;
using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <content>What a task is held to while it runs: its checks and its time.</content>
internal sealed partial class AgentTask
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private ITimer? LimitTime()
    {
        // What is longer than a human life is no limit.
        if (Spec.MaxCompletionSeconds is not (<= 3_155_760_000 and var seconds))
            return null;
        TimeSpan Left() => _record.AcceptedAt.AddSeconds(seconds) - _services.Time.GetUtcNow();
        // A timer cannot be set for longer than 49 days; what is later is looked at again on the way.
        static TimeSpan Due(TimeSpan left) => left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestTimer ? left : LongestTimer;
        ITimer? timer = null;
        timer = _services.Time.CreateTimer(_ =>
        {
            if (Left() is var left && left > TimeSpan.Zero)
            {
                timer!.Change(Due(left), Timeout.InfiniteTimeSpan);
                return;
            }
            Kill(new KillOrder
            {
                State = TaskState.Failed,
                Reason = TaskReasons.MaxCompletionTime,
                Message = $"The task ran longer than its limit of {seconds} s",
                GraceSeconds = Spec.KillGraceSeconds,
                At = _services.Time.GetUtcNow(),
            });
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(Due(Left()), Timeout.InfiniteTimeSpan);
        return timer;
    }

    private async Task RunChecksAsync(IContainer container, CancellationToken cancellation)
    {
        var target = new CheckTarget
        {
            Address = _services.Address,
            Addresses = _addressesOfItsOwn,
            Ports = Spec.Ports,
            Execute = container.RunAsync,
            StrangerOn = port => container.Processes() is null ? null : ListeningSockets.StrangerOn(port, () => container.Processes() ?? []),
        };
        // The grace begins when the task runs, however long its files took to fetch.
        var checks = new TaskChecks(Spec.Checks, target, _services.Time.GetUtcNow() - container.Age, Status, _services.Probe, _services.Time);
        checks.Changed += (healthy, ready, results) => Publish(u => u with { Healthy = healthy, Ready = ready, Checks = results, Reason = TaskReasons.CheckStatusUpdated });
        checks.Unhealthy += message => Kill(new KillOrder
        {
            Reason = TaskReasons.Unhealthy,
            Message = message,
            Healthy = false,
            GraceSeconds = Spec.KillGraceSeconds,
            At = _services.Time.GetUtcNow(),
        });
        await checks.RunAsync(cancellation).ConfigureAwait(false);
    }
}
