using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Options;
using Platform.Cli.Commands;
using Platform.Clustering.Certificates;
using Platform.Clustering.Certificates.Acme;
using Platform.Core.Collections;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;

namespace Platform.Host.Hosting.Tls;

/// <summary>The cluster's authority and the certificates of this process, found or made before anything listens.</summary>
internal sealed class ServerIdentity : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly ILoggerFactory _loggers;

    private readonly ChallengeServer? _challenges;

    private ServerIdentity(CertificateAuthority authority, IServerCertificate? certificate, IServerCertificate? silo, ChallengeServer? challenges, ILoggerFactory loggers) =>
        (Authority, Certificate, Silo, _challenges, _loggers) = (authority, certificate, silo, challenges, loggers);

    /// <summary>The cluster's authority.</summary>
    internal CertificateAuthority Authority { get; }

    /// <summary>What the API's port shows; null: it is HTTP.</summary>
    internal IServerCertificate? Certificate { get; }

    /// <summary>What this silo shows to others; null: they talk in the clear.</summary>
    internal IServerCertificate? Silo { get; }

    /// <summary>The authority that clients know the API's port by; null: it is HTTP, or its certificate is of another one.</summary>
    internal CertificateAuthority? ForClients => Certificate is OwnCertificate ? Authority : null;

    /// <summary>Finds or makes it.</summary>
    /// <param name="settings">What was asked for; null: nothing is encrypted.</param>
    /// <param name="listen">Where the server listens.</param>
    /// <param name="store">Where the authority is kept.</param>
    /// <param name="keyFile">The key that the authority's key is sealed with; null: none was named.</param>
    /// <param name="logging">Where it tells of certificates.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Null: nothing is encrypted.</returns>
    /// <exception cref="CommandException">It cannot be had.</exception>
    internal static async Task<ServerIdentity?> OpenAsync(
        TlsSettings? settings, IPEndPoint listen, IAuthorityStore store, string? keyFile, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        if (settings is null)
            return null;
        var loggers = LoggerFactory.Create(logging);
        CertificateAuthority? authority = null;
        IServerCertificate? certificate = null;
        try
        {
            authority = await AuthorityAsync(settings, store, keyFile, cancellationToken);
            certificate = !settings.Api ? null : settings.CertificateFile is { } file
                ? new GivenCertificate(file, settings.KeyFile ?? file, TimeProvider.System, loggers.CreateLogger<GivenCertificate>())
                : OwnCertificate.OfServer(authority, () => NamesOf(listen.Address, settings.Names, authority.Scope), TimeProvider.System, loggers.CreateLogger<OwnCertificate>());
            ChallengeServer? challenges = null;
            if (settings.Acme is var (acme, proofs) && certificate is { } until)
            {
                if (keyFile is null)
                    throw new AuthorityException("--acme-directory needs --secret-key-file, the same file for all silos: the keys of account and certificate are sealed with it");
                var got = await AcmeCertificate.OpenAsync(acme, store.Acme, CipherOf(keyFile), until, TimeProvider.System, loggers.CreateLogger<AcmeCertificate>(), cancellationToken);
                certificate = got;
                challenges = await ChallengeServer.StartAsync(proofs, got, cancellationToken);
                got.Begin();
            }
            var silo = settings.Silos ? OwnCertificate.OfSilo(authority, TimeProvider.System, loggers.CreateLogger<OwnCertificate>()) : null;
            return new(authority, certificate, silo, challenges, loggers);
        }
        catch (AuthorityException failure)
        {
            certificate?.Dispose();
            authority?.Dispose();
            loggers.Dispose();
            throw new CommandException(ExitCodes.CannotStart, failure.Message);
        }
    }

    public void Dispose()
    {
        _challenges?.DisposeAsync().AsTask().Wait(StopPatience);
        Certificate?.Dispose();
        Silo?.Dispose();
        Authority.Dispose();
        _loggers.Dispose();
    }

    private static async Task<CertificateAuthority> AuthorityAsync(TlsSettings settings, IAuthorityStore store, string? keyFile, CancellationToken cancellationToken)
    {
        if (settings is { AuthorityFile: { } certificate, AuthorityKeyFile: { } key })
            return AuthorityKeeper.Check(CertificateAuthority.Read(await ReadAsync(certificate, cancellationToken), await ReadAsync(key, cancellationToken)), settings.Scope, DateTimeOffset.UtcNow);
        return await AuthorityKeeper.OpenAsync(store, CipherOf(keyFile), settings.Scope, DateTimeOffset.UtcNow, cancellationToken);
    }

    private static SecretCipher CipherOf(string? keyFile) => new(Options.Create(new SecretOptions { KeyFile = keyFile }));

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AuthorityException($"{file} cannot be read: {failure.Message}");
        }
    }

    // Asked again and again: a machine gets other addresses while it runs.
    private static ValueList<string> NamesOf(IPAddress listen, IEnumerable<string> asked, AuthorityScope scope)
    {
        var network = IPGlobalProperties.GetIPGlobalProperties();
        string[] hosts = network.DomainName.Length > 0 ? [Environment.MachineName, $"{Environment.MachineName}.{network.DomainName}"] : [Environment.MachineName];
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address).Where(address => !address.IsIPv6LinkLocal);
        return CertificateNames.OfServer(listen, hosts, addresses, asked, scope);
    }
}
