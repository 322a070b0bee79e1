using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Core.Events;
using Platform.Grains.Metrics;

namespace Platform.Grains.Events;

/// <summary>Numbers events, stores all that came meanwhile in one step, then tells the observers.</summary>
/// <remarks>An observer is told only of what is stored, so that a number never stands for two events.</remarks>
[Reentrant, KeepAlive, GrainType("eventlog")]
public sealed partial class EventLogGrain : Grain, IEventLogGrain
{
    // Readers that follow closely are served from memory.
    private const int RecentEvents = 4096;

    // Bounds one write, however much is to be dropped.
    private const int MostDropped = 2_000;

    private readonly IPersistentLog<PlatformEvent> _log;
    private readonly EventLogOptions _options;
    private readonly IEventVocabulary _vocabulary;
    private readonly ClusterMeter _meter;
    private readonly TimeProvider _time;
    private readonly ILogger<EventLogGrain> _logger;
    private readonly CoalescingWriter _writer;
    private readonly Dictionary<IEventObserver, DateTimeOffset> _observers = [];
    private readonly Queue<PlatformEvent> _recent = new();
    private List<PlatformEvent> _staged = [];
    private long _stored;
    private EventPlace _oldest;
    private EventPlace _next;
    private long _dropBefore;
    private IGrainTimer? _again;

    /// <summary>Made by the runtime.</summary>
    public EventLogGrain(
        [PersistentLog("events", "platform")] IPersistentLog<PlatformEvent> log,
        IOptions<EventLogOptions> options,
        IEventVocabulary vocabulary,
        ClusterMeter meter,
        TimeProvider time,
        ILogger<EventLogGrain> logger)
    {
        _log = log;
        _options = options.Value;
        _vocabulary = vocabulary;
        _meter = meter;
        _time = time;
        _logger = logger;
        _writer = new(WriteAsync);
    }

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _stored = _log.NextSequence - 1;
        _next = new(_log.NextSequence, 0, default);
        if (await FindAsync(_stored) is { } last)
            _next = new(_log.NextSequence, last.Position + StoredJson.Write(last).Length, last.TakenAt);
        _oldest = await PlaceOfAsync(_log.FirstSequence);
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task AppendAsync(ValueList<PlatformEvent> events)
    {
        var now = Now();
        foreach (var item in events)
        {
            var numbered = item with { Sequence = _next.Sequence, Position = _next.Position, TakenAt = now };
            _log.Append(numbered, out var bytes);
            _next = new(_next.Sequence + 1, _next.Position + bytes, now);
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
        List<PlatformEvent> batch = [];
        try
        {
            await DropAsync();
            (batch, _staged) = (_staged, batch);
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
            _meter.Stored(_vocabulary.TypeOf(item));
            _recent.Enqueue(item);
            if (_recent.Count > RecentEvents)
                _recent.Dequeue();
        }
        if (_observers.Count > 0)
            Tell([.. batch]);
    }

    /// <summary>Stages the removal of what is not to be kept, so much with each write.</summary>
    private async Task DropAsync()
    {
        if (_log.FirstSequence >= _dropBefore)
        {
            var next = _next with { TakenAt = Now() };
            if (!_options.Keep.IsDue(_oldest, next))
                return;
            _dropBefore = await FirstKeptAsync(next);
        }
        _log.TrimBefore(Math.Min(_dropBefore, _log.FirstSequence + MostDropped));
        if (_log.FirstSequence >= _dropBefore)
            _oldest = await PlaceOfAsync(_log.FirstSequence);
    }

    /// <summary>The first event to keep: those after it are younger and have less after them.</summary>
    private async Task<long> FirstKeptAsync(EventPlace next)
    {
        var (low, high) = (_log.FirstSequence, next.Sequence);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_options.Keep.Keeps(await PlaceOfAsync(middle), next))
                high = middle;
            else
                low = middle + 1;
        }
        return low;
    }

    private async Task<EventPlace> PlaceOfAsync(long sequence) =>
        await FindAsync(sequence) is { } found
            // Events from before they had types of their own do not say when they were taken.
            ? new(sequence, found.Position, found.Json is null ? found.TakenAt : found.Timestamp)
            : _next with { TakenAt = Now() };

    private async Task<PlatformEvent?> FindAsync(long sequence) =>
        sequence >= _log.FirstSequence && sequence < _log.NextSequence && await _log.ReadAsync(sequence, 1) is [{ } entry] ? entry.Value : null;

    // A clock that is set back leaves the order as it is.
    private DateTimeOffset Now()
    {
        var now = _time.GetUtcNow();
        return now > _next.TakenAt ? now : _next.TakenAt;
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
