using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.Dns;

namespace Platform.Benchmarks.Discovery;

/// <summary>
/// Answers over UDP, beside dnsmasq's and Knot's with the same names and the same client (dnsperf) in the same run. The client has its part of the same
/// processors and is soon what limits all of them: so it is told too how many answers a server gives in a second of its own processor time, and
/// how many there are of one that looks nothing up.
/// </summary>
internal sealed class DnsAnswers : IBenchmark
{
    private static readonly (string Program, string Package)[] Peers = [("dnsmasq", "dnsmasq-base"), ("knotd", "knot")];

    public string Description => "DNS answers over UDP beside dnsmasq and Knot, asked by dnsperf: --services 1000 --endpoints 4 --seconds 5 --clients 16";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var services = options.Number("services", 1000);
        var endpoints = options.Number("endpoints", 4);
        var seconds = options.Number("seconds", 5);
        var clients = options.Number("clients", 16);
        options.RejectUnknown();
        if (!IsInstalled("dnsperf"))
            throw new ArgumentException("dnsperf asks the questions: install it with 'apt-get install dnsperf'.");

        var directory = Directory.CreateTempSubdirectory("dns-bench-").FullName;
        try
        {
            var zone = new ServiceZone(new());
            for (var i = 0; i < services; i++)
                zone.Apply(new() { Service = $"app{i}.marathon", To = 1, Set = Enumerable.Range(0, endpoints).Select(j => Endpoint(i, j)).ToValueList() });
            var questions = Path.Combine(directory, "questions");
            await File.WriteAllLinesAsync(questions, Enumerable.Range(0, services).Select(i => $"app{i}.marathon.mesos A"));
            var results = new Dictionary<string, object> { ["services"] = services, ["endpoints"] = endpoints };

            await using (var server = new DnsServer(zone, new() { Listen = new(IPAddress.Loopback, 0), Upstreams = [] }, TimeProvider.System, NullLogger<DnsServer>.Instance))
            {
                await server.StartAsync(CancellationToken.None);
                using var self = Process.GetCurrentProcess();
                await MeasureAsync(results, "platform", self, server.EndPoint.Port, questions, seconds, clients);
            }
            using (var echo = new EchoServer())
            using (var self = Process.GetCurrentProcess())
                await MeasureAsync(results, "echo", self, echo.Port, questions, seconds, clients);
            foreach (var (program, package) in Peers)
            {
                if (!IsInstalled(program))
                {
                    results[program] = $"not installed: apt-get install {package}";
                    continue;
                }
                var port = FreePort();
                using var peer = program == "knotd" ? StartKnot(directory, port, services, endpoints) : StartDnsmasq(directory, port, services, endpoints);
                try
                {
                    await ServesAsync(port);
                    await MeasureAsync(results, program, peer, port, questions, seconds, clients);
                }
                finally
                {
                    peer.Kill();
                }
            }
            return results;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ServiceEndpoint Endpoint(int service, int number) => new()
    {
        Id = $"app{service}.instance-{number}._app.1",
        Framework = "marathon",
        DiscoveryName = $"app{service}",
        AgentId = $"agent-S{number}",
        AgentAddresses = [Address(service, number)],
        State = EndpointState.Ready,
        Ports = [new() { Name = "http", HostPort = 31000 }],
    };

    private static string Address(int service, int number) => $"10.{number}.{service / 250}.{(service % 250) + 1}";

    private static Process StartDnsmasq(string directory, int port, int services, int endpoints)
    {
        var hosts = Path.Combine(directory, "hosts");
        File.WriteAllLines(hosts, Enumerable.Range(0, services).SelectMany(i => Enumerable.Range(0, endpoints).Select(j => $"{Address(i, j)} app{i}.marathon.mesos")));
        return Process.Start("dnsmasq", ["-k", "-C", "/dev/null", "-R", "-h", "-H", hosts, "-p", $"{port}", "-a", "127.0.0.1", "-z", "-u", "root", "-x", Path.Combine(directory, "dnsmasq.pid")]);
    }

    private static Process StartKnot(string directory, int port, int services, int endpoints)
    {
        var zone = new StringBuilder("$ORIGIN mesos.\n$TTL 5\n@ SOA ns1 root 1 60 600 86400 5\n@ NS ns1\nns1 A 127.0.0.1\n");
        for (var i = 0; i < services; i++)
        {
            for (var j = 0; j < endpoints; j++)
                zone.Append(CultureInfo.InvariantCulture, $"app{i}.marathon A {Address(i, j)}\n");
        }
        File.WriteAllText(Path.Combine(directory, "mesos.zone"), zone.ToString());
        var configuration = Path.Combine(directory, "knot.conf");
        File.WriteAllText(configuration, $"""
            server:
                rundir: "{directory}"
                listen: 127.0.0.1@{port}
            database:
                storage: "{directory}/db"
            zone:
              - domain: mesos
                file: "{directory}/mesos.zone"

            """);
        return Process.Start("knotd", ["-c", configuration]);
    }

    private static async Task MeasureAsync(Dictionary<string, object> results, string name, Process server, int port, string questions, int seconds, int clients)
    {
        server.Refresh();
        var before = server.TotalProcessorTime;
        var perSecond = await AskAsync(port, questions, seconds, clients);
        server.Refresh();
        results[$"{name}PerSecond"] = perSecond;
        results[$"{name}PerProcessorSecond"] = Math.Round(perSecond * seconds / (server.TotalProcessorTime - before).TotalSeconds);
    }

    private static async Task<double> AskAsync(int port, string questions, int seconds, int clients)
    {
        var start = new ProcessStartInfo("dnsperf", ["-s", "127.0.0.1", "-p", $"{port}", "-d", questions, "-l", $"{seconds}", "-c", $"{clients}", "-q", "1000"]) { RedirectStandardOutput = true };
        using var dnsperf = Process.Start(start)!;
        var output = await dnsperf.StandardOutput.ReadToEndAsync();
        await dnsperf.WaitForExitAsync();
        if (!output.Contains("NOERROR", StringComparison.Ordinal))
            throw new InvalidOperationException($"The answers are not what was asked for: {output}");
        var line = output.Split('\n').First(one => one.Contains("Queries per second", StringComparison.Ordinal));
        return Math.Round(double.Parse(line[(line.LastIndexOf(':') + 1)..].Trim(), CultureInfo.InvariantCulture));
    }

    private static async Task ServesAsync(int port)
    {
        byte[] question = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, .. "app0"u8, 8, .. "marathon"u8, 5, .. "mesos"u8, 0, 0, 1, 0, 1];
        for (var i = 0; i < 100; i++)
        {
            using var client = new UdpClient();
            client.Connect(IPAddress.Loopback, port);
            using var limit = new CancellationTokenSource(200);
            try
            {
                await client.SendAsync(question, limit.Token);
                if ((await client.ReceiveAsync(limit.Token)).Buffer[7] > 0)
                    return;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                await Task.Delay(50);
            }
        }
        throw new TimeoutException("The other server does not answer.");
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    // Free for both: the others listen by TCP too.
    private static int FreePort()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // It is somebody's.
            }
        }
    }
}
