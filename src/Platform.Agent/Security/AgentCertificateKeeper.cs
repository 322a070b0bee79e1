using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Security.Certificates;

namespace Platform.Agent.Security;

/// <summary>The agent's certificate and its key, which never leaves this machine: got with the token when the agent joins, and renewed with itself when a third of its life is left.</summary>
internal sealed class AgentCertificateKeeper(WorkDirectory work, Func<CancellationToken, ValueTask<string?>>? token, TimeProvider time, ILogger logger)
{
    private const int LargestAnswer = 64 * 1024;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private volatile X509Certificate2? _held = Load(work.Certificate, logger);
    private volatile bool _isRefused;

    /// <summary>What to show; null: there is none that counts, or the control plane did not take it and the token is to be tried.</summary>
    public X509Certificate2? Current => !_isRefused && _held is { } held && ValidityOf(held).Covers(time.GetUtcNow()) ? held : null;

    /// <summary>The control plane did not know the agent by its certificate: the token is shown next, if there is one.</summary>
    public void Refused() => _isRefused = token is not null;

    /// <summary>What the token was good for is over: the certificate is shown again.</summary>
    public void TryAgain() => _isRefused = false;

    /// <summary>Gets a certificate if there is none that stays for long. A failure is told and changes nothing: the token may do.</summary>
    public async Task EnsureAsync(Uri master, HttpMessageInvoker http, CancellationToken cancellation)
    {
        if (_isRefused || master.Scheme is not ("https" or "wss") || (Current is { } held && CertificateRenewal.DueAt(ValidityOf(held)) > time.GetUtcNow()))
            return;
        try
        {
            await AskAsync(master, http, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or CryptographicException or ArgumentException or UnauthorizedAccessException
            or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            logger.LogWarning("No certificate from {Master}: {Reason}", master, (e.InnerException ?? e).Message);
        }
    }

    /// <summary>Renews it in time while a session is held.</summary>
    public async Task KeepAsync(Uri master, HttpMessageInvoker http, CancellationToken cancellation)
    {
        while (_held is not null)
        {
            var left = CertificateRenewal.DueAt(ValidityOf(_held)) - time.GetUtcNow();
            // A failure is tried again after a while: a tenth of the certificate's life, a minute at most.
            var pause = left > TimeSpan.Zero ? left : Min(LookAgain, (ValidityOf(_held).To - ValidityOf(_held).From) / 10);
            await Task.Delay(Min(pause, TimeSpan.FromDays(1)), time, cancellation).ConfigureAwait(false);
            await EnsureAsync(master, http, cancellation).ConfigureAwait(false);
        }
    }

    private async Task AskAsync(Uri master, HttpMessageInvoker http, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(master) { Scheme = "https", Path = $"/api/agents/{work.AgentId}/certificate" }.Uri);
        // With a certificate that counts the token is not sent.
        var shown = token is null || Current is not null ? null : await token(cancellation).ConfigureAwait(false);
        if (shown is null && Current is null)
            return;
        if (shown is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shown);
        // What was begun without the certificate that comes now must not be what the session goes over.
        request.Headers.ConnectionClose = true;
        var wish = new CertificateRequest(new X500DistinguishedName("CN=" + work.AgentId), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        request.Content = new StringContent(new JsonObject { ["request"] = wish }.ToJsonString(), Encoding.UTF8, "application/json");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(AnswerLimit);
        using var answer = await http.SendAsync(request, limit.Token).ConfigureAwait(false);
        // One of before, or one that serves HTTPS by something in front of it.
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return;
        await answer.Content.LoadIntoBufferAsync(LargestAnswer, limit.Token).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(limit.Token).ConfigureAwait(false);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            Refused();
        if (answer.StatusCode != HttpStatusCode.Created)
        {
            logger.LogWarning("{Master} gives this agent no certificate ({Status}): {Reason}", master, (int)answer.StatusCode, text);
            return;
        }
        var pem = (string?)JsonNode.Parse(text)?["certificate"] ?? throw new JsonException("the answer has no certificate");
        // Both in one file, so that they belong together whenever they are read.
        var kept = pem + key.ExportPkcs8PrivateKeyPem() + "\n";
        var made = Read(kept);
        WorkDirectory.WriteAtomically(work.Certificate, kept, secret: true, toDisk: true);
        // The one before stays undisposed: a connection may be showing it.
        _held = made;
        _isRefused = false;
        logger.LogInformation("This agent has a certificate until {End:u}, in {File}", ValidityOf(made).To, work.Certificate);
    }

    private static X509Certificate2? Load(string file, ILogger logger)
    {
        try
        {
            return File.Exists(file) ? Read(File.ReadAllText(file)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            logger.LogWarning("The certificate in {File} cannot be used: {Reason}", file, e.Message);
            return null;
        }
    }

    private static X509Certificate2 Read(string pem) => X509Certificate2.CreateFromPem(pem, pem);

    private static Validity ValidityOf(X509Certificate2 certificate) => new(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
