using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Client.Events;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<PlatformEvent> EventsAsync(EventOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        options ??= new EventOptions();
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
