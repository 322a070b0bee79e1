using Microsoft.Extensions.Logging;
using Platform.Contracts.Registry;
using Platform.Core.Collections;

namespace Platform.Grains.Registry;

/// <summary>
/// Lets tasks that have to end leave the registry first: every balancer takes note, then what is under way ends, within the drain time, and only then the task
/// is told to stop.
/// </summary>
/// <param name="registry">The registry.</param>
/// <param name="freed">Called when a task may be stopped sooner than was said; null: nobody is told, and it has to be asked for again and again.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The owner's.</param>
internal sealed partial class EndpointDrains(Func<IRegistryGrain> registry, Action? freed, TimeProvider time, ILogger logger)
{
    /// <summary>The longest that the kill of a task waits until all balancers have taken note.</summary>
    private static readonly TimeSpan LongestNotice = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan NoticePoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(1);

    // Null: balancers have not taken note yet.
    private readonly Dictionary<string, DateTimeOffset?> _drains = new(StringComparer.Ordinal);
    private readonly List<(EndpointAnnouncer Announcer, string TaskId, ValueList<string> Endpoints, TimeSpan Drain)> _leaving = [];

    /// <summary>Until when a task that has to end goes on; null: it may be stopped. The first time it begins, with the next <see cref="Begin"/>.</summary>
    /// <param name="announcer">Who tells the registry of it.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="endpoints">Its endpoints, if balancers that tell what they have under way are all that sends something to it; none: it has the whole of its drain time.</param>
    /// <param name="drain">How long it goes on at most after nobody is sent to it any more.</param>
    /// <param name="now">The time.</param>
    public DateTimeOffset? HeldUntil(EndpointAnnouncer announcer, string taskId, ValueList<string> endpoints, TimeSpan drain, DateTimeOffset now)
    {
        if (_drains.TryGetValue(taskId, out var until))
            return until is null ? now + LookAgain : until <= now ? null : freed is null && until > now + LookAgain ? now + LookAgain : until;
        if (drain <= TimeSpan.Zero)
            return null;
        _drains[taskId] = null;
        _leaving.Add((announcer, taskId, endpoints, drain));
        return now + LookAgain;
    }

    /// <summary>That tasks end is stored, and their announcers know it: balancers are waited for.</summary>
    public void Begin()
    {
        foreach (var (announcer, taskId, endpoints, drain) in _leaving)
            DrainAsync(announcer, taskId, endpoints, drain).Ignore();
        _leaving.Clear();
    }

    /// <summary>The task has ended.</summary>
    public void Forget(string taskId) => _drains.Remove(taskId);

    private async Task DrainAsync(EndpointAnnouncer announcer, string taskId, ValueList<string> endpoints, TimeSpan drain)
    {
        var limit = time.GetUtcNow() + LongestNotice;
        var index = 0L;
        try
        {
            index = await announcer.TellAsync(LongestNotice);
            while (time.GetUtcNow() < limit && !await registry().IsAppliedAsync(index))
                await Task.Delay(NoticePoll, time);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A registry that is away must not keep tasks from being stopped.
            LogNotTold(failure, taskId);
        }
        if (!_drains.ContainsKey(taskId))
            return;
        var end = time.GetUtcNow() + drain;
        _drains[taskId] = end;
        freed?.Invoke();
        if (index > 0 && !endpoints.IsEmpty)
            await WaitUntilFreeAsync(taskId, endpoints, index, end);
    }

    private async Task WaitUntilFreeAsync(string taskId, ValueList<string> endpoints, long index, DateTimeOffset end)
    {
        while (_drains.ContainsKey(taskId) && end - time.GetUtcNow() is { Ticks: > 0 } left)
        {
            try
            {
                if (!await registry().WhenFreeAsync(endpoints, index, left < LongestQuestion ? left : LongestQuestion))
                    continue;
                if (_drains.ContainsKey(taskId))
                    _drains[taskId] = time.GetUtcNow();
                freed?.Invoke();
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogNotKnown(failure, taskId);
                await Task.Delay(LongestQuestion, time);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The registry could not be told that {TaskId} leaves; it is stopped after its drain time all the same")]
    private partial void LogNotTold(Exception failure, string taskId);

    [LoggerMessage(LogLevel.Debug, "The registry could not be asked whether something is under way at {TaskId}; it is asked again until its drain time is over")]
    private partial void LogNotKnown(Exception failure, string taskId);
}
