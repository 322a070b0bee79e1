using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;

namespace Platform.Grains.Registry;

/// <summary>Lets tasks that have to end leave the registry first: every balancer takes note, then the drain time runs, and only then the task is told to stop.</summary>
internal sealed partial class EndpointDrains(Func<IRegistryGrain> registry, TimeProvider time, ILogger logger)
{
    /// <summary>The longest that the kill of a task waits until all balancers have taken note.</summary>
    private static readonly TimeSpan LongestNotice = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan NoticePoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    // Null: balancers have not taken note yet.
    private readonly Dictionary<string, DateTimeOffset?> _drains = new(StringComparer.Ordinal);
    private readonly List<(EndpointAnnouncer Announcer, string TaskId, TimeSpan Drain)> _leaving = [];

    /// <summary>Until when a task that has to end goes on; null: it may be stopped. The first time it begins, with the next <see cref="Begin"/>.</summary>
    /// <param name="announcer">Who tells the registry of it.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="drain">How long it goes on after nobody is sent to it any more.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? HeldUntil(EndpointAnnouncer announcer, string taskId, TimeSpan drain, DateTimeOffset now)
    {
        if (_drains.TryGetValue(taskId, out var until))
            return until is null ? now + LookAgain : until > now ? until : null;
        if (drain <= TimeSpan.Zero)
            return null;
        _drains[taskId] = null;
        _leaving.Add((announcer, taskId, drain));
        return now + LookAgain;
    }

    /// <summary>That tasks end is stored, and their announcers know it: balancers are waited for.</summary>
    public void Begin()
    {
        foreach (var (announcer, taskId, drain) in _leaving)
            NoticeAsync(announcer, taskId, drain).Ignore();
        _leaving.Clear();
    }

    /// <summary>The task has ended.</summary>
    public void Forget(string taskId) => _drains.Remove(taskId);

    private async Task NoticeAsync(EndpointAnnouncer announcer, string taskId, TimeSpan drain)
    {
        var limit = time.GetUtcNow() + LongestNotice;
        try
        {
            var index = await announcer.TellAsync(LongestNotice);
            while (time.GetUtcNow() < limit && !await registry().IsAppliedAsync(index))
                await Task.Delay(NoticePoll, time);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A registry that is away must not keep tasks from being stopped.
            LogNotTold(failure, taskId);
        }
        if (_drains.ContainsKey(taskId))
            _drains[taskId] = time.GetUtcNow() + drain;
    }

    [LoggerMessage(LogLevel.Warning, "The registry could not be told that {TaskId} leaves; it is stopped after its drain time all the same")]
    private partial void LogNotTold(Exception failure, string taskId);
}
