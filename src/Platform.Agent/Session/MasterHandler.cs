using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Platform.Client;
using Platform.Contracts.Security;

namespace Platform.Agent.Session;

/// <summary>Sends an agent's requests to control planes that it trusts: those that were named at its start, or else those that its token names.</summary>
internal sealed class MasterHandler(ClusterTrust? named, Func<X509Certificate2?>? certificate = null) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private (string? Authority, X509Certificate2? Shown, HttpMessageInvoker Way)? _way;

    /// <summary>The fingerprint of the authority that a token of ours tells its agent to trust; null: it tells of none, or is no token.</summary>
    internal static string? AuthorityOf(string? token)
    {
        if (token?.Split('.') is not [_, var claims, _])
            return null;
        try
        {
            var text = claims.Replace('-', '+').Replace('_', '/');
            using var json = JsonDocument.Parse(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(TokenClaims.Authority, out var authority) && authority.ValueKind == JsonValueKind.String
                ? AuthorityFingerprint.Parse(authority.GetString()!)
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var authority = named is null ? AuthorityOf(request.Headers.Authorization?.Parameter) ?? _way?.Authority : null;
        // The certificate is enough, and a token that is not sent is not stolen on the way.
        if (request.RequestUri is { Scheme: "https" or "wss" } && certificate?.Invoke() is not null)
            request.Headers.Authorization = null;
        // A cluster that has an authority serves HTTPS: who asks for the token in the clear is somebody else, or may be overheard.
        if (request.RequestUri is { Scheme: "http" or "ws" } && (named?.IsOfAuthority == true || authority is not null))
            throw new HttpRequestException("the control plane has a certificate authority, and what this agent shows is for HTTPS only: --master begins with https://");
        return WayOf(authority).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _way?.Way.Dispose();
        base.Dispose(disposing);
    }

    // The token's file is read each time that the agent dials: it may name another authority now.
    private HttpMessageInvoker WayOf(string? authority)
    {
        lock (_gate)
        {
            // What was connected without the certificate is not known by it.
            var shown = certificate?.Invoke();
            if (_way is { } way && way.Authority == authority && ReferenceEquals(way.Shown, shown))
                return way.Way;
            var trust = named ?? (authority is null ? null : ClusterTrust.OfFingerprint(authority));
            var sockets = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
            // Asked at each connection: it changes while the agent runs.
            if (certificate is not null)
                sockets.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate()!;
            // The one before is not disposed: its session may not have ended yet.
            _way = (authority, shown, new HttpMessageInvoker(trust?.Guard(sockets) ?? sockets));
            return _way.Value.Way;
        }
    }
}
