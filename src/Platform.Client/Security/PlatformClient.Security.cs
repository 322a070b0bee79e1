using System.Text.Json.Nodes;

namespace Platform.Client;

/// <content>Logins, identities and rights.</content>
public sealed partial class PlatformClient
{
    private const string Auth = "/acs/api/v1/auth/";

    /// <inheritdoc/>
    public Task<string> LogInAsync(string uid, string password, CancellationToken cancellationToken = default) =>
        TokenAsync("login", new() { ["uid"] = uid, ["password"] = password }, cancellationToken);

    /// <inheritdoc/>
    public Task<string> LogInWithKeyAsync(string uid, string signed, CancellationToken cancellationToken = default) =>
        TokenAsync("login", new() { ["uid"] = uid, ["token"] = signed }, cancellationToken);

    /// <inheritdoc/>
    public Task<string> RenewLoginAsync(CancellationToken cancellationToken = default) => TokenAsync("renew", null, cancellationToken);

    /// <inheritdoc/>
    public async Task UseCodeAsync(string code, string uid, string password, CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Post, Auth + "code", new JsonObject { ["code"] = code, ["uid"] = uid, ["password"] = password }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<JsonNode?> CallAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellationToken = default) =>
        wire.WithinAsync(
            async token =>
            {
                using var response = await wire.SendAsync(method, path, body, token).ConfigureAwait(false);
                var text = await response.Content.ReadAsStringAsync(token).ConfigureAwait(false);
                return text.Length == 0 ? null : JsonNode.Parse(text);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async Task<string> GetAuthorityAsync(CancellationToken cancellationToken = default)
    {
        using var response = await wire.SendAsync(HttpMethod.Get, "/api/ca", null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReadAuditAsync(long after, CancellationToken cancellationToken = default)
    {
        using var response = await wire.SendAsync(HttpMethod.Get, $"/api/audit?after={after}&limit=10000", null, cancellationToken).ConfigureAwait(false);
        return (await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<string> TokenAsync(string what, JsonObject? body, CancellationToken cancellationToken) =>
        (string?)(await CallAsync(HttpMethod.Post, Auth + what, body, cancellationToken).ConfigureAwait(false))?["token"]
            ?? throw new PlatformException(PlatformError.Refused, "the control plane answered without a token");
}
