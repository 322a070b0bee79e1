using Microsoft.Extensions.Logging;
using Platform.Contracts.Jobs;
using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>Keeps due times in a heap and in its record, and wakes jobs until they say what comes next.</summary>
/// <remarks>A job is woken with a one-way call, which may be lost: it is repeated until the job has answered with its next due time.</remarks>
[Reentrant, KeepAlive, GrainType("platform.job-timer")]
public sealed partial class JobTimerGrain : Grain, IJobTimerGrain
{
    // Also when nothing is due: a clock that jumps forward is noticed after so long at most.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);

    private readonly IPersistentItems<JobTimerEntry> _entries;
    private readonly TimeProvider _time;
    private readonly ILogger<JobTimerGrain> _logger;
    private readonly CoalescingWriter _writer;
    private readonly PriorityQueue<(string JobId, DateTimeOffset At), DateTimeOffset> _heap = new();
    private readonly Dictionary<string, DateTimeOffset> _next = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JobSummary> _summaries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _terms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unanswered = new(StringComparer.Ordinal);
    private int _live;
    private IGrainTimer? _timer;

    /// <summary>Made by the runtime.</summary>
    public JobTimerGrain([PersistentItems("due", "platform")] IPersistentItems<JobTimerEntry> entries, TimeProvider time, ILogger<JobTimerGrain> logger)
    {
        (_entries, _time, _logger) = (entries, time, logger);
        _writer = new(entries.WriteAsync);
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        foreach (var (jobId, entry) in _entries.Items)
        {
            if (entry.Summary is { } summary)
                _summaries[jobId] = summary;
            if (entry.Live || entry.Due is not null)
                Plan(jobId, entry.Live ? now : entry.Due!.Value);
        }
        _live = _entries.Items.Count(entry => entry.Value.Live);
        if (_entries.Items.Count > 0)
            LogStarted(this.GetPrimaryKeyLong(), _next.Count, _entries.Items.Count);
        _timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<ValueList<string>> ListLiveAsync() => Task.FromResult(_entries.Items.Where(entry => entry.Value.Live).Select(entry => entry.Key).ToValueList());

    /// <inheritdoc/>
    public Task<ValueMap<JobSummary>> GetSummariesAsync(ValueList<string> jobIds) => Task.FromResult(
        jobIds.Where(_summaries.ContainsKey).Select(id => KeyValuePair.Create(id, _summaries[id])).ToValueMap());

    /// <inheritdoc/>
    public Task SetAsync(string jobId, JobTimerEntry? entry, long term)
    {
        if (_terms.TryGetValue(jobId, out var latest) && term < latest)
            return Task.CompletedTask;
        _terms[jobId] = term;
        _unanswered.Remove(jobId);
        var before = _entries.Items.GetValueOrDefault(jobId);
        _live += (entry?.Live == true ? 1 : 0) - (before?.Live == true ? 1 : 0);
        if (entry is null)
        {
            _entries.Remove(jobId);
            _next.Remove(jobId);
            _summaries.Remove(jobId);
            return _writer.WriteAsync();
        }
        if (entry.Summary is { } summary)
            _summaries[jobId] = summary;
        // What goes on changes often, and tells anew when it is woken: its summary is not worth a write.
        if (before is null || (before.Due, before.Live) != (entry.Due, entry.Live) || (!entry.Live && entry.Summary is not null))
            _entries.Set(jobId, entry with { Summary = _summaries.GetValueOrDefault(jobId) });
        else if (entry.Live)
            return _writer.WriteAsync();
        var at = entry.Due ?? DateTimeOffset.MaxValue;
        if (entry.Live && _time.GetUtcNow() + WakePace.Until(WakePace.LookAfterLive, _live) is var look && look < at)
            at = look;
        if (at == DateTimeOffset.MaxValue)
            _next.Remove(jobId);
        else
            Plan(jobId, at);
        Arm();
        return _writer.WriteAsync();
    }

    private void Plan(string jobId, DateTimeOffset at)
    {
        if (_next.TryGetValue(jobId, out var planned) && planned == at)
            return;
        _next[jobId] = at;
        _heap.Enqueue((jobId, at), at);
        // What was planned before stays in the heap until its time; too much of that is thrown out.
        if (_heap.Count > 64 + (4 * _next.Count))
        {
            _heap.Clear();
            foreach (var (id, next) in _next)
                _heap.Enqueue((id, next), next);
        }
    }

    private Task TickAsync()
    {
        var now = _time.GetUtcNow();
        List<(string JobId, bool IsDue)> woken = [];
        while (_heap.TryPeek(out var first, out var at) && at <= now)
        {
            _heap.Dequeue();
            if (!_next.TryGetValue(first.JobId, out var planned) || planned != first.At || _entries.Items.GetValueOrDefault(first.JobId) is not { } entry)
                continue;
            GrainFactory.GetGrain<IJobGrain>(first.JobId).DueAsync(entry with { Summary = null }).Ignore();
            var isDue = entry.Due <= now;
            woken.Add((first.JobId, isDue));
            if (isDue)
                _unanswered.Add(first.JobId);
        }
        // When all of the crowd is counted.
        var (wakeAgain, lookAgain) = (now + WakePace.Until(WakePace.WakeAgain, _unanswered.Count), now + WakePace.Until(WakePace.LookAfterLive, _live));
        foreach (var (jobId, isDue) in woken)
            Plan(jobId, isDue ? wakeAgain : lookAgain);
        Arm();
        return Task.CompletedTask;
    }

    private void Arm()
    {
        var due = _heap.TryPeek(out _, out var at) ? at - _time.GetUtcNow() : LongestSleep;
        due = due > LongestSleep ? LongestSleep : due <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : due + TimeSpan.FromMilliseconds(1);
        _timer?.Change(due, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(LogLevel.Information, "Timer {Shard}: {Awaited} of {Jobs} jobs have a due time or go on")]
    private partial void LogStarted(long shard, int awaited, int jobs);
}
