using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Platform.Clustering.Certificates;

/// <summary>A certificate that the operator gave as files, read again when one of them changes. What cannot be read leaves what was known.</summary>
public sealed partial class GivenCertificate : IServerCertificate
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private volatile SslStreamCertificateContext _context;
    private string _stamp;
    private string _told = "";

    /// <param name="certificateFile">PEM: the certificate, and those that lead to its root.</param>
    /// <param name="keyFile">PEM: the private key, not encrypted; may be the same file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of each change.</param>
    /// <exception cref="AuthorityException">They cannot be used; the message names the file.</exception>
    public GivenCertificate(string certificateFile, string keyFile, TimeProvider time, ILogger<GivenCertificate> logger)
    {
        (_certificateFile, _keyFile, _logger) = (certificateFile, keyFile, logger);
        try
        {
            _stamp = Stamp();
            _context = Read();
        }
        catch (Exception failure) when (IsOfFiles(failure))
        {
            throw new AuthorityException(Problem(failure));
        }
        LogRead(_certificateFile, Text(_context));
        _timer = time.CreateTimer(_ => Look(), null, LookAgain, LookAgain);
    }

    /// <inheritdoc/>
    public SslStreamCertificateContext Context => _context;

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            try
            {
                var stamp = Stamp();
                if (stamp == _stamp)
                    return;
                _context = Read();
                // A file that was changed while it was read is read again.
                (_stamp, _told) = (stamp, "");
                LogRead(_certificateFile, Text(_context));
            }
            catch (Exception failure) when (IsOfFiles(failure))
            {
                // Certificate and key are written one after the other: until they belong together this is no news twice.
                var problem = Problem(failure);
                if (problem != _told)
                    LogBad(problem);
                _told = problem;
            }
        }
    }

    private SslStreamCertificateContext Read()
    {
        var text = File.ReadAllText(_certificateFile);
        var certificate = X509Certificate2.CreateFromPem(text, File.ReadAllText(_keyFile));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private string Stamp() => string.Join('|', new[] { _certificateFile, _keyFile }.Select(file => new FileInfo(file)).Select(file => $"{file.Length} {file.LastWriteTimeUtc.Ticks}"));

    private string Problem(Exception failure) => $"the certificate {_certificateFile} with the key {_keyFile} cannot be used: {failure.Message}";

    private static bool IsOfFiles(Exception failure) => failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static string Text(SslStreamCertificateContext context) =>
        $"{string.Join(", ", CertificateAuthority.NamesOf(context.TargetCertificate).AsEnumerable())} until {context.TargetCertificate.NotAfter.ToUniversalTime():u}";

    [LoggerMessage(LogLevel.Information, "The certificate {File} is for {Names}")]
    private partial void LogRead(string file, string names);

    [LoggerMessage(LogLevel.Warning, "{Problem}; the one before stays")]
    private partial void LogBad(string problem);
}
