using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Api.Mesos.State;
using Platform.Api.Security;
using Platform.Mesos.Protocol;
using Event = Platform.Mesos.Wire.Operator.Event;

namespace Platform.Api.Mesos.Operator.Feed;

/// <summary>One subscriber's open answer.</summary>
internal sealed class OperatorStream(HttpContext http, MesosContent content, TimeProvider time, long mostBytes = RecordStream.MostBytes) : IDisposable
{
    /// <summary>How often it is asked whether the subscriber may still see what it sees.</summary>
    private static readonly TimeSpan Review = TimeSpan.FromSeconds(5);

    private static readonly Event Heartbeat = new() { Type = Event.Types.Type.Heartbeat };

    private readonly RecordStream _records = new(content, Heartbeat, time, mostBytes);
    private volatile FeedAudience _audience = new(http.Access());
    private Event? _subscribed;

    /// <summary>The state that all events to come follow.</summary>
    public void Begin(ClusterPicture picture) => _subscribed = new()
    {
        Type = Event.Types.Type.Subscribed,
        Subscribed = new() { GetState = PictureMapping.State(_audience.Of(picture)), HeartbeatIntervalSeconds = RecordStream.HeartbeatInterval.TotalSeconds },
    };

    /// <summary>Sends those of the events that the subscriber may see.</summary>
    public void Send(IEnumerable<FeedEvent> events)
    {
        foreach (var happened in events.Where(happened => _audience.Sees(happened.Subjects)))
            _records.Send(happened.Record(content));
    }

    /// <summary>Ends the stream after what waits: the subscriber has to come again.</summary>
    public void Complete() => _records.Complete();

    /// <summary>Serves it until either side ends it.</summary>
    public async Task RunAsync()
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = content.Name();
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var reviewing = ReviewAsync(ended.Token);
        try
        {
            var first = _subscribed!;
            _subscribed = null;
            await _records.RunAsync(http, first, ended.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The subscriber or the control plane has gone.
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)reviewing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _records.Dispose();

    // Who logs out, or loses a right, sees no more of what comes.
    private async Task ReviewAsync(CancellationToken ended)
    {
        if (http.RequestServices.GetService<IAccessSource>() is not { } source)
            return;
        while (true)
        {
            await Task.Delay(Review, time, ended);
            var access = await source.IdentifyAsync(http);
            if (access.IsAnonymous)
                _records.Complete();
            else
                _audience = new(access);
        }
    }
}
