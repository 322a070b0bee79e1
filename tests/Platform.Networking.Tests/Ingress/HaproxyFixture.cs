using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Ingress;

namespace Platform.Networking.Tests.Ingress;

/// <summary>A real HAProxy on a loopback address of its own, with the registry that the test says.</summary>
internal sealed class HaproxyFixture : IAsyncDisposable
{
    private static int _addresses;

    private long _version;

    private HaproxyFixture(string folder, HaproxyOptions options)
    {
        (Folder, Options) = (folder, options);
        Balancer = new(Registry, options, TimeProvider.System, NullLogger<HaproxyBalancer>.Instance);
    }

    internal string Folder { get; }

    internal HaproxyOptions Options { get; }

    internal ServiceDirectory Registry { get; } = new();

    internal HaproxyBalancer Balancer { get; }

    internal IPEndPoint Http => Options.Settings.Http[0];

    internal static async Task<HaproxyFixture> StartAsync(Func<HaproxyOptions, HaproxyOptions>? with = null)
    {
        var folder = Directory.CreateTempSubdirectory("haproxy-").FullName;
        // Nobody else listens at this address, whatever the port.
        var address = new IPAddress([127, 91, (byte)Environment.ProcessId, (byte)Interlocked.Increment(ref _addresses)]);
        var options = new HaproxyOptions
        {
            ConfigPath = Path.Combine(folder, "haproxy.cfg"),
            Settings = new() { Http = [new IPEndPoint(address, 18080)], Socket = Path.Combine(folder, "haproxy.sock"), ServiceAddress = address, LastServicePort = 10_010 },
            Admin = new(IPAddress.Loopback, 0),
            ReloadInterval = TimeSpan.Zero,
            ReloadTimeout = IngressFixture.Patience,
        };
        var fixture = new HaproxyFixture(folder, with?.Invoke(options) ?? options);
        await fixture.Balancer.StartAsync(CancellationToken.None);
        return fixture;
    }

    /// <summary>The endpoints of a service from now on; returns when HAProxy goes by them.</summary>
    internal async Task SetAsync(string service, params ServiceEndpoint[] endpoints)
    {
        Registry.TryApply(new() { Service = service, Owner = "app:/" + service, To = ++_version, Set = endpoints.ToValueList() });
        await Balancer.CaughtUpAsync(true, CancellationToken.None).WaitAsync(IngressFixture.Patience);
    }

    /// <summary>A client that comes to HAProxy whatever the host of the address is.</summary>
    internal HttpClient Client(int? port = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(Http.Address, port ?? Http.Port, cancellation);
            return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
        };
        return new(handler) { Timeout = IngressFixture.Patience };
    }

    internal async Task<string> AdminAsync(string path)
    {
        using var client = new HttpClient { BaseAddress = Balancer.AdminAddress, Timeout = IngressFixture.Patience };
        return await client.GetStringAsync(path);
    }

    public async ValueTask DisposeAsync()
    {
        await Balancer.StopAsync(CancellationToken.None);
        await Balancer.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
