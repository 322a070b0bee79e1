using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Client.Http;

namespace Platform.Client.Events;

/// <summary>The events of a control plane: <see cref="IPlatformClient.Events"/>.</summary>
public sealed class EventsClient
{
    // Told first on each stream, so that it can be gone on with before anything else was.
    private const string Attached = "event_stream_attached";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Wire wire;

    internal EventsClient(Wire wire) => this.wire = wire;

    /// <summary>What happens, as it happens. The stream ends when the control plane goes away, unless it is to <see cref="EventOptions.Resume"/>.</summary>
    public IAsyncEnumerable<PlatformEvent> FollowAsync(EventOptions? options = null, CancellationToken cancellationToken = default) =>
        options is { Resume: true } ? ResumedEventsAsync(options, cancellationToken) : EventsOnceAsync(options ?? new(), cancellationToken);

    private async IAsyncEnumerable<PlatformEvent> ResumedEventsAsync(EventOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (after, hasBegun) = (options.After, false);
        for (var pause = TimeSpan.FromMilliseconds(100); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var stream = EventsOnceAsync(
                options with { After = after, Opened = OpenedAsync, Types = options.Types.Count == 0 ? [] : [.. options.Types, Attached] }, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using var _ = stream.ConfigureAwait(false);
            while (await IsThereNextAsync(stream, () => hasBegun).ConfigureAwait(false))
            {
                pause = TimeSpan.FromMilliseconds(100);
                var isPlaceNew = after is null;
                after = stream.Current.Sequence ?? after;
                if (isPlaceNew && after is not null)
                    await TellAsync().ConfigureAwait(false);
                if (options.Types.Count == 0 || options.Types.Contains(stream.Current.Type))
                    yield return stream.Current;
            }
            await Task.Delay(pause, wire.Time, cancellationToken).ConfigureAwait(false);
        }

        // Without a place in the log it could not be gone on with yet.
        Task OpenedAsync()
        {
            hasBegun = true;
            return after is null ? Task.CompletedTask : TellAsync();
        }

        Task TellAsync() => options.Opened?.Invoke() ?? Task.CompletedTask;
    }

    private static async ValueTask<bool> IsThereNextAsync(IAsyncEnumerator<PlatformEvent> stream, Func<bool> hasBegun)
    {
        try
        {
            return await stream.MoveNextAsync().ConfigureAwait(false);
        }
        catch (PlatformException exception) when (exception.Error == PlatformError.Unavailable && hasBegun())
        {
            return false;
        }
    }

    private async IAsyncEnumerable<PlatformEvent> EventsOnceAsync(EventOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Without a type the control plane would tell only of what Marathon's clients know.
        var types = options.Types.Count == 0 ? ["*"] : options.Types;
        var query = string.Join('&', types.Select(type => "event_type=" + Uri.EscapeDataString(type)));
        using var response = await wire.SendAsync(HttpMethod.Get, "/v2/events?" + query, null, cancellationToken, request =>
        {
            request.Headers.Accept.Clear();
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            if (options.After is { } after)
                request.Headers.Add("Last-Event-ID", after.ToString());
        }).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        if (options.Opened is { } opened)
            await opened().ConfigureAwait(false);
        var parser = SseParser.Create(stream, (_, data) => data.ToArray());
        var items = parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var __ = items.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw wire.Away(exception);
            }

            if (items.Current.Data.Length == 0)
                continue;
            using var document = JsonDocument.Parse(items.Current.Data);
            yield return new PlatformEvent(
                long.TryParse(items.Current.EventId, out var sequence) ? sequence : null, items.Current.EventType, document.RootElement.Clone());
        }
    }
}
