using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.LoadBalancing;

namespace Platform.Benchmarks.Discovery;

/// <summary>What passes through the balancer of virtual addresses, beside HAProxy in TCP mode and no balancer at all, in the same run.</summary>
internal sealed class BalancerThroughput : IBenchmark
{
    public string Description => "bytes and connections through the TCP balancer beside HAProxy: --streams 4 --seconds 4";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var streams = options.Number("streams", 4);
        var seconds = options.Number("seconds", 4);
        options.RejectUnknown();
        using var sink = new TcpListener(IPAddress.Loopback, 0);
        sink.Start(1024);
        _ = ServeAsync(sink);
        var target = (IPEndPoint)sink.LocalEndpoint;
        var results = new Dictionary<string, object>();
        await MeasureAsync(results, "direct", target, streams, seconds);

        var directory = new ServiceDirectory();
        using var balancer = new LoadBalancer(directory, new(), NullLogger<LoadBalancer>.Instance);
        await balancer.StartAsync(CancellationToken.None);
        var virtualPort = FreePort();
        directory.TryApply(new()
        {
            Service = "sink.marathon",
            To = 1,
            Set = Enumerable.Range(0, 2).Select(i => new ServiceEndpoint
            {
                Id = $"{i}",
                Framework = AppEndpoints.Framework,
                AgentAddresses = ["127.0.0.1"],
                State = EndpointState.Ready,
                Ports = [new() { HostPort = target.Port, Labels = ValueMap.Create(("VIP_0", $"/sink:{virtualPort}")) }],
            }).ToValueList(),
        });
        while (balancer.Frontends.SingleOrDefault()?.Pool.Backends.Count is not > 0)
            await Task.Delay(10);
        await MeasureAsync(results, "platform", balancer.Frontends.First().Listen, streams, seconds);
        await balancer.StopAsync(CancellationToken.None);

        if (!File.Exists("/usr/sbin/haproxy"))
        {
            results["haproxy"] = "not installed: apt-get install haproxy";
            return results;
        }
        var (port, file) = (FreePort(), Path.GetTempFileName());
        await File.WriteAllTextAsync(file, $"""
            defaults
              mode tcp
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            listen sink
              bind 127.0.0.1:{port}
              balance leastconn
              server one 127.0.0.1:{target.Port}
              server two 127.0.0.1:{target.Port}

            """);
        using var haproxy = Process.Start("/usr/sbin/haproxy", ["-f", file, "-db"]);
        try
        {
            var listen = new IPEndPoint(IPAddress.Loopback, port);
            await ServesAsync(listen);
            await MeasureAsync(results, "haproxy", listen, streams, seconds);
        }
        finally
        {
            haproxy.Kill();
            File.Delete(file);
        }
        return results;
    }

    private static async Task MeasureAsync(Dictionary<string, object> results, string name, IPEndPoint target, int streams, int seconds)
    {
        var until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var bytes = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => Task.Run(() => PumpAsync(target, until))));
        results[$"{name}MegabytesPerSecond"] = Math.Round(bytes.Sum() / 1e6 / seconds);
        until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var connections = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => KnockAsync(target, until))));
        results[$"{name}ConnectionsPerSecond"] = Math.Round(connections.Sum() / (double)seconds);
    }

    // The first octet says what is wanted: what follows is thrown away, or one octet comes back.
    private static async Task<long> PumpAsync(IPEndPoint target, long until)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(target);
        var (stream, block, sent) = (client.GetStream(), new byte[256 * 1024], 0L);
        await stream.WriteAsync("p"u8.ToArray());
        while (Stopwatch.GetTimestamp() < until)
        {
            await stream.WriteAsync(block);
            sent += block.Length;
        }
        return sent;
    }

    private static async Task<long> KnockAsync(IPEndPoint target, long until)
    {
        var (count, one) = (0L, new byte[1]);
        while (Stopwatch.GetTimestamp() < until)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(target);
            await client.GetStream().WriteAsync("k"u8.ToArray());
            await client.GetStream().ReadExactlyAsync(one);
            count++;
        }
        return count;
    }

    private static async Task ServeAsync(TcpListener sink)
    {
        try
        {
            while (true)
                _ = SinkAsync(await sink.AcceptTcpClientAsync());
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The run is over.
        }
    }

    private static async Task SinkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var (stream, block) = (client.GetStream(), new byte[256 * 1024]);
                var count = await stream.ReadAsync(block);
                if (count > 0 && block[0] == (byte)'k')
                    await stream.WriteAsync(block.AsMemory(0, 1));
                while (count > 0)
                    count = await stream.ReadAsync(block);
            }
        }
        catch (IOException)
        {
            // The client is gone.
        }
    }

    private static async Task ServesAsync(IPEndPoint listen)
    {
        for (var i = 0; i < 100; i++)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(listen);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
        throw new TimeoutException("HAProxy does not listen.");
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
