using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Platform.Client.Http;

/// <summary>Sends requests to the servers that a <see cref="ClusterTrust"/> names. Of one that is known by its fingerprint it learns the authority first.</summary>
internal sealed class TrustedHandler : DelegatingHandler
{
    private const string AuthorityPath = "/api/ca";
    private const int LargestAuthority = 64 * 1024;

    private readonly ClusterTrust _trust;
    private readonly SocketsHttpHandler _handler;
    private readonly SemaphoreSlim _learning = new(1);
    private volatile bool _isReady;

    internal TrustedHandler(ClusterTrust trust, SocketsHttpHandler handler)
        : base(handler)
    {
        (_trust, _handler) = (trust, handler);
        if (!trust.IsOfAuthority)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => trust.IsServer(shown);
        else if (trust.Known is { } known)
            Trust(known);
        _isReady = !trust.IsOfAuthority || trust.Known is not null;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!_isReady && request.RequestUri is { Scheme: "https" or "wss" } address)
            await LearnAsync(address, cancellationToken).ConfigureAwait(false);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _learning.Dispose();
        base.Dispose(disposing);
    }

    private async Task LearnAsync(Uri address, CancellationToken cancellationToken)
    {
        await _learning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isReady)
                return;
            var found = await FetchAsync(new UriBuilder("https", address.Host, address.Port, AuthorityPath).Uri, cancellationToken).ConfigureAwait(false);
            _trust.Learn(found);
            Trust(found);
            _isReady = true;
        }
        finally
        {
            _learning.Release();
        }
    }

    // Whoever answers may be anybody: nothing is told, and of the answer only what has the fingerprint is believed.
    private async Task<X509Certificate2Collection> FetchAsync(Uri address, CancellationToken cancellationToken)
    {
        using var open = new SocketsHttpHandler { UseProxy = _handler.UseProxy, UseCookies = false, AllowAutoRedirect = false };
#pragma warning disable CA5359 // The answer is checked, not the connection.
        open.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        using var http = new HttpClient(open) { MaxResponseContentBufferSize = LargestAuthority };
        using var answer = await http.GetAsync(address, cancellationToken).ConfigureAwait(false);
        var shown = new X509Certificate2Collection();
        if (answer.IsSuccessStatusCode)
        {
            try
            {
                shown.ImportFromPem(await answer.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (CryptographicException)
            {
                // What cannot be read is not what is looked for.
            }
        }
        return shown.FirstOrDefault(one => AuthorityFingerprint.Of(one) == _trust.Fingerprint) is { } found ? [found]
            : throw new HttpRequestException(HttpRequestError.SecureConnectionError, $"{address.Authority} does not have the certificate authority {_trust.Fingerprint}: "
                + (shown.Count > 0 ? $"it shows {AuthorityFingerprint.Of(shown[0])}" : $"it answers {AuthorityPath} with {(int)answer.StatusCode}"));
    }

    // Before the first connection: options that are in use do not change.
    private void Trust(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            // The cluster's certificates live for weeks; there are no lists of revoked ones.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        _handler.SslOptions.CertificateChainPolicy = policy;
    }
}
