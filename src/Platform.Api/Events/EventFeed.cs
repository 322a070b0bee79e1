using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Platform.Contracts.Events;

namespace Platform.Api.Events;

/// <summary>Follows the event log for one reader.</summary>
/// <remarks>
/// The reader takes events at its own pace and is only woken by what is new, so that a slow one costs no memory: new ones from those that came to
/// this process for all its readers, older ones from the log. When the log no longer keeps what it should read next, it is told how many events it missed.
/// </remarks>
public sealed class EventFeed(IGrainFactory grains, TimeProvider time)
{
    private const int Batch = 256;

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Events in order, without end.</summary>
    /// <param name="after">The sequence number after which to begin; null: only what is new.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async IAsyncEnumerable<EventFeedItem> ReadAsync(long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var window = EventWindow.Of(grains, time);
        window.Join(_wake.Writer);
        try
        {
            // Who has seen more than there is comes from another log, and would wait for ever.
            var last = (await grains.GetGrain<IEventLogGrain>(0).GetRangeAsync()).Last;
            var next = Math.Min(after ?? last, last) + 1;
            while (true)
            {
                var events = await window.ReadAsync(next, Batch);
                if (events.Count > 0 && events[0].Sequence > next)
                    yield return new(null, events[0].Sequence - next);
                for (var i = 0; i < events.Count; i++)
                {
                    yield return new(events[i], 0);
                    next = events[i].Sequence + 1;
                }
                if (events.Count == 0)
                    await WaitAsync(cancellation);
            }
        }
        finally
        {
            window.Leave(_wake.Writer);
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var due = new CancellationTokenSource(EventWindow.Renewal, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, due.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time to look.
        }
    }
}
