using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Ingress;

namespace Platform.Networking.Tests.Ingress;

/// <summary>An ingress on free ports, with the registry that the test says.</summary>
internal sealed class IngressFixture : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private long _version;

    private IngressFixture(IngressServer server, string? folder) => (Server, Folder) = (server, folder);

    internal IngressServer Server { get; }

    internal ServiceDirectory Directory { get; private init; } = null!;

    /// <summary>The folder of certificates.</summary>
    internal string? Folder { get; }

    internal Uri Http => new(Server.Addresses[0]);

    internal Uri Last => new(Server.Addresses[^1]);

    internal static async Task<IngressFixture> StartAsync(bool tls = false, bool http2 = false, Func<IngressOptions, IngressOptions>? with = null)
    {
        var directory = new ServiceDirectory();
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        string? folder = null;
        if (tls)
        {
            folder = System.IO.Directory.CreateTempSubdirectory("ingress-certs").FullName;
            WriteCertificate(folder, "default", "default.test");
        }
        var options = new IngressOptions { Http = [any], Http2 = http2 ? [any] : [], Tls = tls ? [any] : [], CertificateFolder = folder };
        var fixture = new IngressFixture(new(directory, with?.Invoke(options) ?? options, NullLoggerFactory.Instance), folder) { Directory = directory };
        await fixture.Server.StartAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>A certificate that signs itself, with its key, in one file.</summary>
    internal static string WriteCertificate(string folder, string file, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
            alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.Combine(folder, file + ".pem");
        File.WriteAllText(path + ".new", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        File.Move(path + ".new", path, overwrite: true);
        return certificate.Thumbprint;
    }

    /// <summary>The endpoints of a service from now on; returns when requests go by them.</summary>
    internal async Task SetAsync(string service, params ServiceEndpoint[] endpoints)
    {
        Directory.TryApply(new() { Service = service, Owner = "app:/" + service, To = ++_version, Set = endpoints.ToValueList() });
        await Server.CaughtUpAsync(true, CancellationToken.None);
    }

    /// <summary>A client that goes to the ingress whatever the host of the address is.</summary>
    internal HttpClient Client(Uri? to = null, Version? version = null, Action<SocketsHttpHandler>? with = null)
    {
        var target = to ?? Http;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, target.Port, cancellation);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        with?.Invoke(handler);
        var client = new HttpClient(handler) { Timeout = Patience };
        if (version is not null)
            (client.DefaultRequestVersion, client.DefaultVersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.StopAsync(CancellationToken.None);
        await Server.DisposeAsync();
        if (Folder is not null)
            System.IO.Directory.Delete(Folder, recursive: true);
    }
}
