using Platform.Api.Events;
using Platform.Api.Mesos.State;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>Tells operators what changes: follows the event log while anybody listens, and reads again what the events are about.</summary>
/// <remarks>Whoever subscribes gets the whole state and then every change of it. When events were missed all have to subscribe again, as after the failure of a master.</remarks>
internal sealed class ClusterFeed(PictureReader reader, IGrainFactory grains, TimeProvider time) : IDisposable
{
    /// <summary>As in Mesos: who is one too many takes the place of the oldest.</summary>
    private const int MostStreams = 1_000;

    private const int MostAtOnce = 256;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<OperatorStream> _streams = [];
    private FeedModel _model = new();
    private CancellationTokenSource? _running;

    /// <summary>Serves a subscriber until either side ends it.</summary>
    public async Task ServeAsync(OperatorStream stream)
    {
        await _turn.WaitAsync();
        try
        {
            await JoinAsync(stream);
        }
        finally
        {
            _turn.Release();
        }
        try
        {
            await stream.RunAsync();
        }
        finally
        {
            await _turn.WaitAsync();
            _streams.Remove(stream);
            if (_streams.Count == 0)
                Rest();
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rest();
        _turn.Dispose();
    }

    private async Task JoinAsync(OperatorStream stream)
    {
        // Events from before the state are told again at most, which changes nothing.
        if (_running is null)
        {
            var last = (await grains.GetGrain<IEventLogGrain>(0).GetRangeAsync()).Last;
            _model = new();
            _model.See(await reader.ReadAsync());
            _running = new();
            FollowAsync(last, _running.Token).Ignore();
        }
        var picture = await reader.ReadAsync();
        Tell(_model.See(picture));
        stream.Begin(picture);
        if (_streams.Count >= MostStreams)
        {
            _streams[0].Complete();
            _streams.RemoveAt(0);
        }
        _streams.Add(stream);
    }

    private void Rest()
    {
        _running?.Cancel();
        _running?.Dispose();
        _running = null;
    }

    private async Task FollowAsync(long after, CancellationToken ended)
    {
        try
        {
            await ReadAsync(after, ended);
        }
        catch (Exception) when (!ended.IsCancellationRequested)
        {
            // What was missed is not known: the subscribers come again.
        }
        await GiveUpAsync(ended);
    }

    // Until events were missed.
    private async Task ReadAsync(long after, CancellationToken ended)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ended);
        await using var items = new EventFeed(grains, time).ReadAsync(after, reading.Token).GetAsyncEnumerator(reading.Token);
        var batch = new List<StreamedEvent>();
        var next = items.MoveNextAsync().AsTask();
        try
        {
            while (await next && items.Current.Event is { } happened)
            {
                batch.Add(happened);
                next = items.MoveNextAsync().AsTask();
                if (next.IsCompleted && batch.Count < MostAtOnce)
                    continue;
                await TakeAsync(batch, ended);
                batch.Clear();
            }
        }
        finally
        {
            // An enumerator can be disposed only between its steps.
            await reading.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GiveUpAsync(CancellationToken ended)
    {
        await _turn.WaitAsync(CancellationToken.None);
        if (!ended.IsCancellationRequested)
        {
            foreach (var stream in _streams)
                stream.Complete();
            _streams.Clear();
            Rest();
        }
        _turn.Release();
    }

    private async Task TakeAsync(List<StreamedEvent> batch, CancellationToken ended)
    {
        await _turn.WaitAsync(ended);
        try
        {
            if (ended.IsCancellationRequested)
                return;
            var changes = batch.Select(ClusterChange.Of).OfType<ClusterChange>().ToList();
            if (changes.Exists(change => change.IsOfAll || (change.AppId is not null && !_model.Knows(AppScheduler.FrameworkId))))
                Tell(_model.See(await reader.ReadAsync()));
            foreach (var id in changes.Select(change => change.FrameworkId).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                if (await reader.ReadFrameworkAsync(id) is { } framework)
                    Tell(_model.See(framework));
            }
            foreach (var app in changes.Where(change => change.AppId is not null).GroupBy(change => change.AppId!, StringComparer.Ordinal))
            {
                var tasks = await reader.ReadAppAsync(app.Key);
                foreach (var status in app.Select(change => change.Status).OfType<Wire.TaskStatus>())
                    Tell(_model.Tell(status, tasks.FirstOrDefault(task => task.Task.TaskId.Value == status.TaskId.Value)));
                Tell(_model.SeeApp(app.Key, tasks));
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Tell(IReadOnlyList<FeedEvent> events)
    {
        if (events.Count == 0)
            return;
        foreach (var stream in _streams)
            stream.Send(events);
    }
}
