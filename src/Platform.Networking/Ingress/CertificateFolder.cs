using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Platform.Networking.Ingress;

/// <summary>Certificates of a folder, found by the names that they are for, and read again when a file changes.</summary>
/// <remarks>
/// A file <c>NAME.pem</c> has the certificate, those that lead to its root, and the key, as HAProxy takes it; or the key is in <c>NAME.key</c>.
/// <c>default.pem</c> (or the first in order) is for clients that name no host or one that no certificate is for.
/// </remarks>
internal sealed partial class CertificateFolder(string folder, ILogger logger) : IDisposable
{
    private static readonly string[] Endings = [".pem", ".crt", ".cer"];

    private volatile Dictionary<string, SslStreamCertificateContext> _byName = new(StringComparer.OrdinalIgnoreCase);
    private volatile SslStreamCertificateContext? _standard;
    private string _stamp = "";
    private Timer? _timer;

    /// <summary>The names that certificates are for.</summary>
    internal IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>Reads the folder, and again when it changes.</summary>
    /// <exception cref="IngressStartException">It has no certificate that can be used.</exception>
    internal void Start(TimeSpan every)
    {
        Refresh();
        if (_standard is null)
            throw new IngressStartException($"{folder} has no certificate that can be used: put NAME.pem there, with the certificate and its key");
        _timer = new(_ => Refresh(), null, every, every);
    }

    /// <summary>The certificate for a host that a client names.</summary>
    internal SslStreamCertificateContext Find(string host)
    {
        var names = _byName;
        if (names.TryGetValue(host, out var exact))
            return exact;
        // A star stands for one label (RFC 6125, 6.4.3).
        var dot = host.IndexOf('.');
        return dot > 0 && names.TryGetValue("*" + host[dot..], out var wild) ? wild : _standard!;
    }

    /// <summary>Reads the files if one of them has changed. What cannot be read leaves what was known.</summary>
    internal void Refresh()
    {
        try
        {
            var files = new DirectoryInfo(folder).GetFiles().Where(file => Endings.Contains(file.Extension) || file.Extension == ".key").OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
            var stamp = string.Join('|', files.Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
            lock (this)
            {
                if (stamp == _stamp)
                    return;
                Read(files);
                _stamp = stamp;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(folder, failure.Message);
        }
    }

    private void Read(List<FileInfo> files)
    {
        var byName = new Dictionary<string, SslStreamCertificateContext>(StringComparer.OrdinalIgnoreCase);
        SslStreamCertificateContext? standard = null;
        foreach (var file in files.Where(file => Endings.Contains(file.Extension)))
        {
            try
            {
                var text = File.ReadAllText(file.FullName);
                var keyFile = Path.ChangeExtension(file.FullName, ".key");
                using var read = X509Certificate2.CreateFromPem(text, File.Exists(keyFile) ? File.ReadAllText(keyFile) : text);
                var chain = new X509Certificate2Collection();
                chain.ImportFromPem(text);
                var context = SslStreamCertificateContext.Create(X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null), chain, offline: true);
                foreach (var name in NamesOf(read))
                    byName.TryAdd(name, context);
                if (standard is null || Path.GetFileNameWithoutExtension(file.Name) == "default")
                    standard = context;
            }
            catch (Exception failure) when (failure is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                LogBad(file.FullName, failure.Message);
            }
        }
        if (standard is null)
            return;
        (_byName, _standard) = (byName, standard);
        LogRead(folder, string.Join(", ", byName.Keys.Order(StringComparer.Ordinal)));
    }

    private static List<string> NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames()).ToList();
        if (names.Count == 0 && certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false) is { Length: > 0 } common)
            names.Add(common);
        return names;
    }

    public void Dispose() => _timer?.Dispose();

    [LoggerMessage(LogLevel.Information, "Certificates of {Folder} are for {Names}")]
    private partial void LogRead(string folder, string names);

    [LoggerMessage(LogLevel.Warning, "The certificate {File} cannot be used: {Reason}")]
    private partial void LogBad(string file, string reason);

    [LoggerMessage(LogLevel.Warning, "The certificates of {Folder} cannot be read, those that are known stay: {Reason}")]
    private partial void LogUnreadable(string folder, string reason);
}
