using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Platform.Contracts.Events;
using Platform.Core.Collections;

namespace Platform.Api.Events;

/// <summary>The newest events, which come to this process once, however many read them here.</summary>
/// <remarks>
/// It follows the log while somebody reads. It looks by itself every two seconds: the word of what is new goes one way and may be lost, and a
/// log that was activated anew knows of nobody whom to tell.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "It lives as long as the process; what it holds ends with the last reader.")]
internal sealed class EventWindow : IEventObserver
{
    private const int Kept = 8_192;
    private const int Batch = 256;

    /// <summary>How long nobody waits in vain. 2 s.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);

    private static readonly ConditionalWeakTable<IGrainFactory, EventWindow> Windows = [];

    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    // By sequence number, of which none is left out.
    private readonly StreamedEvent[] _events = new StreamedEvent[Kept];
    private readonly HashSet<ChannelWriter<bool>> _readers = [];
    private readonly Channel<bool> _look = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private CancellationTokenSource? _following;
    private long _first;
    private long? _last;

    private EventWindow(IGrainFactory grains, TimeProvider time) => (_grains, _time) = (grains, time);

    private IEventLogGrain Log => _grains.GetGrain<IEventLogGrain>(0);

    /// <summary>The window of this process.</summary>
    public static EventWindow Of(IGrainFactory grains, TimeProvider time) => Windows.GetValue(grains, made => new(made, time));

    /// <summary>Wakes a reader whenever there is something new, until it leaves.</summary>
    public void Join(ChannelWriter<bool> reader)
    {
        lock (_gate)
        {
            _readers.Add(reader);
            if (_following is not null)
                return;
            _following = new();
            _ = FollowAsync(_following.Token);
        }
    }

    /// <summary>Wakes it no more.</summary>
    public void Leave(ChannelWriter<bool> reader)
    {
        lock (_gate)
        {
            if (!_readers.Remove(reader) || _readers.Count > 0)
                return;
            _following!.Cancel();
            _following.Dispose();
            (_following, _last) = (null, null);
            Array.Clear(_events);
        }
    }

    /// <summary>Events from a number on, as many as there are but no more than this; older ones than are known here come from the log.</summary>
    public async Task<IReadOnlyList<StreamedEvent>> ReadAsync(long from, int count)
    {
        lock (_gate)
        {
            if (_last is { } last && from >= _first)
            {
                var known = new StreamedEvent[Math.Clamp(last - from + 1, 0, count)];
                for (var i = 0; i < known.Length; i++)
                    known[i] = _events[(from + i) % Kept];
                return known;
            }
        }
        return [.. (await Log.ReadAsync(from, count)).AsEnumerable().Select(happened => new StreamedEvent(happened))];
    }

    /// <inheritdoc/>
    public Task EventsAsync(ValueList<PlatformEvent> events)
    {
        // What comes out of turn, or while it is not known yet what comes next, is read.
        if (!TryAdd(events))
            _look.Writer.TryWrite(true);
        return Task.CompletedTask;
    }

    private bool TryAdd(ValueList<PlatformEvent> events)
    {
        lock (_gate)
        {
            if (_last is not { } last || events.IsEmpty || events[0].Sequence > last + 1)
                return events.IsEmpty;
            foreach (var item in events)
            {
                if (item.Sequence <= _last)
                    continue;
                _events[item.Sequence % Kept] = new(item);
                _last = item.Sequence;
                _first = Math.Max(_first, item.Sequence - Kept + 1);
            }
            if (_last > last)
            {
                foreach (var reader in _readers)
                    reader.TryWrite(true);
            }
            return true;
        }
    }

    private async Task FollowAsync(CancellationToken leaving)
    {
        // Nobody waits for it: who reads goes on.
        await Task.Yield();
        var reference = _grains.CreateObjectReference<IEventObserver>(this);
        while (!leaving.IsCancellationRequested)
        {
            try
            {
                await Log.SubscribeAsync(reference);
                await CatchUpAsync(leaving);
            }
            catch (Exception failure) when (failure is OrleansException or TimeoutException or StorageException or ObjectDisposedException)
            {
                // The log is moving, or the process ends. What was missed is read when it is there again.
            }
            await WaitAsync(leaving);
        }
        try
        {
            await Log.UnsubscribeAsync(reference);
            _grains.DeleteObjectReference<IEventObserver>(reference);
        }
        catch (Exception failure) when (failure is OrleansException or TimeoutException or ObjectDisposedException)
        {
            // It forgets who does not come again.
        }
    }

    private async Task CatchUpAsync(CancellationToken leaving)
    {
        var end = (await Log.GetRangeAsync()).Last;
        long last;
        lock (_gate)
        {
            if (leaving.IsCancellationRequested)
                return;
            // A log that is behind is another one.
            if (_last is null || _last > end)
            {
                (_first, _last) = (end + 1, end);
            }
            last = _last.Value;
        }
        while (last < end)
        {
            var events = await Log.ReadAsync(last + 1, Batch);
            if (events.IsEmpty)
                return;
            lock (_gate)
            {
                // Some are not kept any more: what is known begins after them.
                if (!leaving.IsCancellationRequested && _last is { } known && events[0].Sequence > known + 1)
                {
                    (_first, _last) = (events[0].Sequence, events[0].Sequence - 1);
                }
            }
            if (leaving.IsCancellationRequested)
                return;
            TryAdd(events);
            last = events[^1].Sequence;
        }
    }

    private async Task WaitAsync(CancellationToken leaving)
    {
        using var due = new CancellationTokenSource(Renewal, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(leaving, due.Token);
        try
        {
            await _look.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look, or nobody reads any more.
        }
    }
}
