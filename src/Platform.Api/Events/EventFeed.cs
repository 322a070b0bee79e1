using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Platform.Contracts.Events;
using Platform.Core.Collections;

namespace Platform.Api.Events;

/// <summary>Follows the event log for one reader.</summary>
/// <remarks>
/// The reader takes events from the log at its own pace and is only woken by what is new, so that a slow one costs no memory. When the log no
/// longer keeps what it should read next, it is told how many events it missed. It looks by itself when it was not woken for two seconds: the word
/// that would wake it goes one way and may be lost, and a log that was activated anew knows of nobody whom to wake.
/// </remarks>
public sealed class EventFeed(IGrainFactory grains, TimeProvider time) : IEventObserver
{
    private const int Batch = 256;

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc/>
    public Task EventsAsync(ValueList<PlatformEvent> events)
    {
        _wake.Writer.TryWrite(true);
        return Task.CompletedTask;
    }

    /// <summary>Events in order, without end.</summary>
    /// <param name="after">The sequence number after which to begin; null: only what is new.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<EventFeedItem> ReadAsync(long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var log = grains.GetGrain<IEventLogGrain>(0);
        var reference = grains.CreateObjectReference<IEventObserver>(this);
        try
        {
            await log.SubscribeAsync(reference);
            var renewed = time.GetTimestamp();
            // Who has seen more than there is comes from another log, and would wait for ever.
            var last = (await log.GetRangeAsync()).Last;
            var next = Math.Min(after ?? last, last) + 1;
            while (true)
            {
                var events = await log.ReadAsync(next, Batch);
                if (!events.IsEmpty && events[0].Sequence > next)
                    yield return new(null, events[0].Sequence - next);
                for (var i = 0; i < events.Count; i++)
                {
                    yield return new(events[i], 0);
                    next = events[i].Sequence + 1;
                }
                if (time.GetElapsedTime(renewed) >= Renewal)
                {
                    await log.SubscribeAsync(reference);
                    renewed = time.GetTimestamp();
                }
                if (events.IsEmpty)
                    await WaitAsync(cancellation);
            }
        }
        finally
        {
            await log.UnsubscribeAsync(reference);
            grains.DeleteObjectReference<IEventObserver>(reference);
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var due = new CancellationTokenSource(Renewal, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, due.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time to look, and to renew.
        }
    }
}
