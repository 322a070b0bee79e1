using System.Threading.Channels;
using Platform.Api.Events;
using Platform.Contracts.Events;
using Platform.Core.Collections;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Follows the event log and keeps what comes, so that a test can wait for an event whether or not it has happened already.</summary>
internal sealed class EventRecorder : IEventObserver
{
    private readonly Channel<StreamedEvent> _incoming = Channel.CreateUnbounded<StreamedEvent>();
    private readonly List<StreamedEvent> _seen = [];

    /// <summary>Begins to follow.</summary>
    public static async Task<EventRecorder> StartAsync(IGrainFactory grains)
    {
        var recorder = new EventRecorder();
        await grains.GetGrain<IEventLogGrain>(0).SubscribeAsync(grains.CreateObjectReference<IEventObserver>(recorder));
        return recorder;
    }

    public Task EventsAsync(ValueList<PlatformEvent> events)
    {
        foreach (var item in events)
            _incoming.Writer.TryWrite(new(item));
        return Task.CompletedTask;
    }

    /// <summary>The first event of this type that fits.</summary>
    public async Task<StreamedEvent> NextAsync(string type, Func<string, bool>? fits = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        bool Matches(StreamedEvent item) => item.Type == type && (fits is null || fits(item.Json));
        if (_seen.Find(Matches) is { } known)
            return known;
        while (true)
        {
            var item = await _incoming.Reader.ReadAsync(timeout.Token);
            _seen.Add(item);
            if (Matches(item))
                return item;
        }
    }

    /// <summary>How many events of a type were passed on the way to what was waited for so far.</summary>
    public int Count(string type, Func<string, bool>? fits = null) => _seen.Count(item => item.Type == type && (fits is null || fits(item.Json)));
}
