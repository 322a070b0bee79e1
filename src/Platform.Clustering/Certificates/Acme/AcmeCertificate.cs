using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>
/// A certificate of an authority of elsewhere, got by ACME and got anew before it ends, while the server runs. Until the first one is there another one
/// is shown, so that nothing waits. Of several processes one gets it, and the others find it in the store.
/// </summary>
public sealed partial class AcmeCertificate : IServerCertificate
{
    /// <summary>How often it is looked whether a new one is needed, and whether another process has one.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    /// <summary>Longer than getting one takes.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(30);

    private readonly AcmeSettings _settings;
    private readonly IAcmeStore _store;
    private readonly SecretCipher _cipher;
    private readonly IServerCertificate _until;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _closing = new();
    private volatile SslStreamCertificateContext? _context;
    private readonly SemaphoreSlim _finding = new(1);
    private volatile string? _thumbprint;
    private long? _found;
    private string _shown = "";
    private CertificateFacts? _facts;

    private AcmeCertificate(AcmeSettings settings, IAcmeStore store, SecretCipher cipher, IServerCertificate until, TimeProvider time, ILogger logger) =>
        (_settings, _store, _cipher, _until, _time, _logger) = (settings, store, cipher, until, time, logger);

    /// <summary>What is kept is shown at once; what is missing is got from then on.</summary>
    /// <param name="settings">From whom, and for which names.</param>
    /// <param name="store">Where account and certificate are kept.</param>
    /// <param name="cipher">What their keys are sealed with.</param>
    /// <param name="until">What is shown until there is one; goes with it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each certificate and each failure.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="AuthorityException">What is kept cannot be read, or was sealed with another key.</exception>
    public static async Task<AcmeCertificate> OpenAsync(
        AcmeSettings settings, IAcmeStore store, SecretCipher cipher, IServerCertificate until, TimeProvider time, ILogger<AcmeCertificate> logger, CancellationToken cancellationToken)
    {
        var certificate = new AcmeCertificate(settings, store, cipher, until, time, logger);
        try
        {
            await certificate.FindAsync(cancellationToken);
        }
        catch (SecretException failure)
        {
            throw new AuthorityException($"the keys of ACME are sealed like secrets: {failure.Message}");
        }
        return certificate;
    }

    /// <summary>Begins to get and renew it. Once, and not before proofs are answered: an authority that finds nobody lets one wait, and counts it.</summary>
    public void Begin() => Task.Run(() => KeepAsync(_closing.Token), CancellationToken.None);

    /// <inheritdoc/>
    public SslStreamCertificateContext Context => _context ?? _until.Context;

    /// <summary>
    /// What is served at <c>/.well-known/acme-challenge/TOKEN</c>; null: there is no account yet, or it is no token. It follows from the token and the account alone,
    /// so each process answers whatever another has begun.
    /// </summary>
    public async ValueTask<string?> AnswerToAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (!IsToken(token))
            return null;
        // Another process may have made the account a moment ago, and the authority asks only once: whoever knows of none looks again before it says so.
        var found = _found;
        var rest = found is { } last ? ShortestPause - _time.GetElapsedTime(last) : TimeSpan.Zero;
        if (rest > TimeSpan.Zero && _thumbprint is null)
            await Task.Delay(rest, _time, cancellationToken);
        // Of many that waited one looks.
        if ((rest <= TimeSpan.Zero || _thumbprint is null) && _found == found)
            await FindAsync(cancellationToken);
        return _thumbprint is { } thumbprint ? $"{token}.{thumbprint}" : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _closing.Cancel();
        _until.Dispose();
    }

    // At least 128 bits in base64url (RFC 8555, 8.3); a reader of ours is told nothing else than what it said itself.
    private static bool IsToken(string token) => token.Length is >= 22 and <= 256 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private async Task KeepAsync(CancellationToken closing)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                TimeSpan pause;
                try
                {
                    await LookAsync(closing);
                    failures = 0;
                    pause = NextLook();
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !closing.IsCancellationRequested)
                {
                    pause = AcmeRetry.PauseAfter(++failures, (failure as AcmeException)?.RetryAfter);
                    LogFailed(_settings.Directory.Host, failure is AcmeException or AuthorityException or SecretException ? failure.Message : failure.ToString(), pause);
                    await RestAsync(pause, closing);
                }
                await Task.Delay(pause, _time, closing);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    // The authority counts what fails: as long as this process waits, no other tries.
    private async Task RestAsync(TimeSpan pause, CancellationToken closing)
    {
        try
        {
            await _store.TryLeaseAsync(_owner, pause, closing);
        }
        catch (AuthorityException failure)
        {
            LogStore(failure.Message);
        }
    }

    private async Task LookAsync(CancellationToken closing)
    {
        await FindAsync(closing);
        if (Reason() is null || !await _store.TryLeaseAsync(_owner, Lease, closing))
            return;
        // Whoever had the lease before may have got one.
        var kept = await FindAsync(closing);
        if (Reason() is { } reason)
        {
            if (kept is null)
            {
                using var made = AcmeKey.Create();
                kept = KeptAcme.Of(_settings.Directory.AbsoluteUri, made, _cipher);
                // Before it is used: an account that nobody has the key of is lost.
                await _store.WriteAsync(kept.Write(), closing);
                await FindAsync(closing);
            }
            using var account = kept.OpenAccount(_cipher);
            LogBegins(string.Join(", ", _settings.Names), _settings.Directory.Host, reason);
            var (chain, key) = await new AcmeIssuer(_settings, account, _time).IssueAsync(closing);
            await _store.WriteAsync(kept.With(chain, key, _cipher).Write(), closing);
            await FindAsync(closing);
        }
        await _store.ReleaseAsync(_owner, closing);
    }

    private TimeSpan NextLook()
    {
        var due = _facts is null ? LookAgain : CertificateRenewal.DueAt(_facts.Validity) - _time.GetUtcNow();
        return due < ShortestPause ? ShortestPause : due < LookAgain ? due : LookAgain;
    }

    private string? Reason() =>
        CertificateRenewal.ReasonOf(_facts, _settings.Names.ToValueList(), _settings.Directory.AbsoluteUri, _time.GetUtcNow());

    // What is kept, if it is of the authority that was named; and shows the certificate that is in it.
    private async Task<KeptAcme?> FindAsync(CancellationToken cancellation)
    {
        await _finding.WaitAsync(cancellation);
        try
        {
            var text = await _store.ReadAsync(cancellation);
            _found = _time.GetTimestamp();
            if (text is null || KeptAcme.Read(text) is not { } kept || kept.Directory != _settings.Directory.AbsoluteUri)
                return null;
            if (text != _shown)
                Take(kept);
            _shown = text;
            return kept;
        }
        catch (Exception failure) when (failure is FormatException or CryptographicException or ArgumentException)
        {
            LogStore($"what is kept of {_settings.Directory.Host} is damaged, and is made anew: {failure.Message}");
            return null;
        }
        finally
        {
            _finding.Release();
        }
    }

    private void Take(KeptAcme kept)
    {
        using (var account = kept.OpenAccount(_cipher))
            _thumbprint = account.Thumbprint;
        if (kept.Certificate.Length > 0)
            Show(kept);
    }

    private void Show(KeptAcme kept)
    {
        var certificate = X509Certificate2.CreateFromPem(kept.Certificate, kept.OpenKey(_cipher));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(kept.Certificate);
        // The one before stays undisposed: a handshake may be using it.
        _context = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        var names = CertificateAuthority.NamesOf(certificate);
        // More names than were asked for are none too many.
        _facts = new(CertificateAuthority.ValidityOf(certificate), kept.Directory, names.Where(name => _settings.Names.Contains(name)).ToValueList());
        LogShown(_settings.Directory.Host, string.Join(", ", names.AsEnumerable()), _facts.Validity.To);
    }

    [LoggerMessage(LogLevel.Information, "A certificate for {Names} is asked of {Host}: {Reason}")]
    private partial void LogBegins(string names, string host, string reason);

    [LoggerMessage(LogLevel.Information, "The certificate of {Host} is for {Names}, until {End:u}")]
    private partial void LogShown(string host, string names, DateTimeOffset end);

    [LoggerMessage(LogLevel.Error, "No certificate of {Host}, the last one stays; again in {Pause}: {Reason}")]
    private partial void LogFailed(string host, string reason, TimeSpan pause);

    [LoggerMessage(LogLevel.Warning, "ACME: {Problem}")]
    private partial void LogStore(string problem);
}
