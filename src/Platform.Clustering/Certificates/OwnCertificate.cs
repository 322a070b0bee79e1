using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Platform.Core.Collections;
using Platform.Core.Security.Certificates;

namespace Platform.Clustering.Certificates;

/// <summary>A certificate of the cluster's authority, with a key that never leaves this process; made anew before it ends, and when the machine's names change.</summary>
public sealed partial class OwnCertificate : IServerCertificate
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly CertificateAuthority _authority;
    private readonly Func<IEnumerable<string>, DateTimeOffset, X509Certificate2> _issue;
    private readonly Func<ValueList<string>> _names;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private volatile SslStreamCertificateContext? _context;
    private CertificateFacts? _facts;

    private OwnCertificate(CertificateAuthority authority, Func<IEnumerable<string>, DateTimeOffset, X509Certificate2> issue, Func<ValueList<string>> names, TimeProvider time, ILogger logger)
    {
        (_authority, _issue, _names, _time, _logger) = (authority, issue, names, time, logger);
        Look();
        _timer = time.CreateTimer(_ => LookAndTell(), null, LookAgain, LookAgain);
    }

    /// <summary>That of a server for clients.</summary>
    /// <param name="authority">Who makes it; stays with the caller.</param>
    /// <param name="names">The names and addresses by which the server is reached now.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each new certificate.</param>
    public static OwnCertificate OfServer(CertificateAuthority authority, Func<ValueList<string>> names, TimeProvider time, ILogger<OwnCertificate> logger) =>
        new(authority, authority.IssueForServer, names, time, logger);

    /// <summary>That of a silo for other silos. It has no names: any silo of the cluster may show it.</summary>
    /// <param name="authority">Who makes it; stays with the caller.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each new certificate.</param>
    public static OwnCertificate OfSilo(CertificateAuthority authority, TimeProvider time, ILogger<OwnCertificate> logger) =>
        new(authority, (_, now) => authority.IssueForSilo(now), () => default, time, logger);

    /// <inheritdoc/>
    public SslStreamCertificateContext Context => _context!;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            var (now, names) = (_time.GetUtcNow(), _names());
            if (CertificateRenewal.ReasonOf(_facts, names, _authority.Fingerprint, now) is not { } reason)
                return;
            // The one before stays undisposed: a handshake may be using it.
            var certificate = _issue(names.AsEnumerable(), now);
            _context = SslStreamCertificateContext.Create(certificate, null, offline: true);
            _facts = _authority.FactsOf(certificate);
            LogMade(names.IsEmpty ? "other silos" : string.Join(", ", names.AsEnumerable()), _facts.Validity.To, reason);
        }
    }

    private void LookAndTell()
    {
        try
        {
            Look();
        }
        catch (Exception failure)
        {
            LogFailed(LookAgain, failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "A certificate for {Names} was made, until {End:u}: {Reason}")]
    private partial void LogMade(string names, DateTimeOffset end, string reason);

    [LoggerMessage(LogLevel.Error, "No new certificate could be made, the last one stays; again in {Interval}: {Reason}")]
    private partial void LogFailed(TimeSpan interval, string reason);
}
