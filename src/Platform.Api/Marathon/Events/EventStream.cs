using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Api.Events;
using Platform.Api.Marathon.Rendering;
using Platform.Api.Security;
using Platform.Contracts.Events;

namespace Platform.Api.Marathon.Events;

/// <summary>One client's stream of events.</summary>
/// <remarks>
/// Each event has its sequence number as id, so that a client which comes back with <c>Last-Event-ID</c> goes on where it was. A client reads at
/// its own pace and costs no memory; when it falls behind what the log keeps, an <c>events_missed</c> event tells it how many it missed.
/// </remarks>
internal sealed class EventStream(MarathonApi api, EventSelection selection, long? after) : IResult
{
    /// <summary>How often it is asked whether the client may still see what it sees.</summary>
    private static readonly TimeSpan Review = TimeSpan.FromSeconds(5);

    private const string Missed = "events_missed";

    private EventAudience _audience = null!;
    private long _reviewedAt;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var stopping = httpContext.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var log = api.Grains.GetGrain<IEventLogGrain>(0);
        _audience = new(httpContext.Access());
        _reviewedAt = api.Time.GetTimestamp();
        // Before the answer begins, so that nothing which happens after it is missed. Who has seen more than there is gets what is new.
        var last = (await log.GetRangeAsync()).Last;
        var from = Math.Min(after ?? last, last);

        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var address = httpContext.Connection.RemoteIpAddress?.ToString() ?? "";
        await log.AppendAsync([new() { Timestamp = api.Time.GetUtcNow(), What = new ReaderAttached(address) }]);
        try
        {
            await response.Body.FlushAsync(ended.Token);
            await PumpAsync(httpContext, from, ended.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client went away, or the server stops.
        }
        finally
        {
            if (!stopping.IsCancellationRequested)
                await log.AppendAsync([new() { Timestamp = api.Time.GetUtcNow(), What = new ReaderDetached(address) }]);
        }
    }

    private async Task PumpAsync(HttpContext http, long from, CancellationToken ended)
    {
        var body = http.Response.Body;
        var feed = new EventFeed(api.Grains, api.Time);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ended);
        await using var events = feed.ReadAsync(from, reading.Token).GetAsyncEnumerator(reading.Token);
        var text = new StringBuilder();
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (!next.IsCompleted)
                {
                    await FlushAsync(body, text, ended);
                    if (!await IsInTimeAsync(next, ended))
                    {
                        // A comment, which clients pass over; it shows whether the connection still stands.
                        text.Append(":\n\n");
                        if (!await MayGoOnAsync(http))
                            return;
                        continue;
                    }
                }
                if (!await next)
                    return;
                if (!await MayGoOnAsync(http))
                    return;
                Append(text, events.Current);
                if (text.Length > 64 * 1024)
                    await FlushAsync(body, text, ended);
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator can be disposed only between its steps.
            await reading.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Who logs out, or loses a right, sees no more of what comes.
    private async Task<bool> MayGoOnAsync(HttpContext http)
    {
        if (api.Time.GetElapsedTime(_reviewedAt) < Review || http.RequestServices.GetService<IAccessSource>() is not { } source)
            return true;
        _reviewedAt = api.Time.GetTimestamp();
        var access = await source.IdentifyAsync(http);
        _audience = new(access);
        return !access.IsAnonymous;
    }

    private async Task<bool> IsInTimeAsync(Task next, CancellationToken ended)
    {
        try
        {
            await next.WaitAsync(api.Options.EventHeartbeat, api.Time, ended);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void Append(StringBuilder text, EventFeedItem item)
    {
        if (item.Event is { } happened)
        {
            if (selection.Takes(happened.Type) && _audience.Sees(happened))
                Append(text, happened.Type, happened.Sequence, happened.Json);
            return;
        }
        Append(text, Missed, null, EventJson.Missed(Missed, item.Missed, api.Time.GetUtcNow()));
    }

    private static void Append(StringBuilder text, string type, long? sequence, string json)
    {
        if (sequence is { } number)
            text.Append(CultureInfo.InvariantCulture, $"id: {number}\n");
        text.Append("event: ").Append(type).Append("\ndata: ").Append(json).Append("\n\n");
    }

    private static async Task FlushAsync(Stream body, StringBuilder text, CancellationToken ended)
    {
        if (text.Length == 0)
            return;
        await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ended);
        text.Clear();
        await body.FlushAsync(ended);
    }
}
