using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public Task<JsonObject> GetInfoAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Get, "/v2/info", ClientJson.Default.JsonObject, null, cancellationToken);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Get, "/ping", null, cancellationToken).ConfigureAwait(false);
    }
}
