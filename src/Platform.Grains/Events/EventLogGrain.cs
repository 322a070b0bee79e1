using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Grains.Metrics;

namespace Platform.Grains.Events;

/// <summary>Numbers events, stores all that came meanwhile in one step, then tells the observers.</summary>
/// <remarks>An observer is told only of what is stored, so that a number never stands for two events.</remarks>
[Reentrant, KeepAlive, GrainType("eventlog")]
public sealed partial class EventLogGrain : Grain, IEventLogGrain
{
    // Readers that follow closely are served from memory.
    private const int RecentEvents = 4096;

    private readonly IPersistentLog<PlatformEvent> _log;
    private readonly EventLogOptions _options;
    private readonly ClusterMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<EventLogGrain> _logger;
    private readonly CoalescingWriter _writer;
    private readonly Dictionary<IEventObserver, DateTimeOffset> _observers = [];
    private readonly Queue<PlatformEvent> _recent = new();
    private List<PlatformEvent> _staged = [];
    private long _stored;
    private IGrainTimer? _again;

    /// <summary>Made by the runtime.</summary>
    public EventLogGrain(
        [PersistentLog("events", "platform")] IPersistentLog<PlatformEvent> log,
        IOptions<EventLogOptions> options,
        ClusterMeter meter,
        TimeProvider time,
        ILogger<EventLogGrain> logger)
    {
        _log = log;
        _options = options.Value;
        _meter = meter;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
        _stored = log.NextSequence - 1;
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stored = _log.NextSequence - 1;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task AppendAsync(ValueList<PlatformEvent> events)
    {
        foreach (var item in events)
        {
            var numbered = item with { Sequence = _log.NextSequence };
            _log.Append(numbered);
            _staged.Add(numbered);
        }
        return _writer.WriteAsync();
    }

    /// <inheritdoc/>
    public async Task<ValueList<PlatformEvent>> ReadAsync(long fromSequence, int count)
    {
        if (fromSequence > _stored || count <= 0)
            return default;
        if (_recent.TryPeek(out var oldest) && fromSequence >= oldest.Sequence)
            return _recent.Skip((int)(fromSequence - oldest.Sequence)).Take(count).ToValueList();
        var limit = _stored;
        var entries = await _log.ReadAsync(fromSequence, count);
        return entries.Where(entry => entry.Sequence <= limit).Select(entry => entry.Value with { Sequence = entry.Sequence }).ToValueList();
    }

    /// <inheritdoc/>
    public Task<EventLogRange> GetRangeAsync() => Task.FromResult(new EventLogRange(_log.FirstSequence, _stored));

    /// <inheritdoc/>
    public Task SubscribeAsync(IEventObserver observer)
    {
        _observers[observer] = _time.GetUtcNow() + _options.SubscriptionLifetime;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task UnsubscribeAsync(IEventObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }

    // There may be no next event for a long time. When it fails again it is tried again.
    private Task WriteAgainAsync() => _writer.WriteAsync();

    private async Task WriteAsync()
    {
        var batch = _staged;
        _staged = [];
        try
        {
            // A little more is kept, so that not every write trims.
            if (_log.NextSequence - _log.FirstSequence > _options.Retention + (_options.Retention / 50))
                _log.TrimBefore(_log.NextSequence - _options.Retention);
            await _log.WriteAsync();
        }
        catch (StorageException failure)
        {
            // They are still staged in the log and come with the next write.
            LogNotStored(failure, batch.Count);
            batch.AddRange(_staged);
            _staged = batch;
            _again ??= this.RegisterGrainTimer(WriteAgainAsync, new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true });
            _again.Change(_options.WriteAgainAfter, Timeout.InfiniteTimeSpan);
            throw;
        }
        if (batch.Count == 0)
            return;
        _stored = batch[^1].Sequence;
        foreach (var item in batch)
        {
            _meter.Stored(item.Type);
            _recent.Enqueue(item);
            if (_recent.Count > RecentEvents)
                _recent.Dequeue();
        }
        if (_observers.Count > 0)
            Tell([.. batch]);
    }

    private void Tell(ValueList<PlatformEvent> batch)
    {
        var now = _time.GetUtcNow();
        foreach (var (observer, until) in _observers)
        {
            if (until < now)
                _observers.Remove(observer);
            else
                observer.EventsAsync(batch).Ignore();
        }
    }

    [LoggerMessage(LogLevel.Error, "{Count} events could not be stored yet")]
    private partial void LogNotStored(Exception failure, int count);
}
