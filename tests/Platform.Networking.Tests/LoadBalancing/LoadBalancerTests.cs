using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Networking.LoadBalancing;

namespace Platform.Networking.Tests.LoadBalancing;

/// <summary>Virtual addresses that are listened on, with real sockets.</summary>
public sealed class LoadBalancerTests
{
    [Fact]
    public async Task Connections_go_to_all_ready_endpoints_and_to_no_other()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var one = new Greeter("one");
        await using var two = new Greeter("two");
        await using var three = new Greeter("three");
        await fixture.SetAsync(one.As("1"), two.As("2"), three.As("3") with { State = EndpointState.Waiting });

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => fixture.AskAsync()));

        answers.ToHashSet().Order().ShouldBe(["one", "two"]);
        answers.Count(answer => answer == "one").ShouldBeInRange(10, 30);
    }

    [Fact]
    public async Task Weights_share_open_connections()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var heavy = new Greeter("heavy");
        await using var light = new Greeter("light");
        await fixture.SetAsync(heavy.As("1") with { Weight = 3 }, light.As("2"));

        var open = new List<(TcpClient Client, string Greeting)>();
        for (var i = 0; i < 40; i++)
            open.Add(await fixture.OpenAsync());

        // 40 connections by 3 : 1.
        open.Count(connection => connection.Greeting == "heavy").ShouldBeInRange(28, 32);
        open.ForEach(connection => connection.Client.Dispose());
    }

    [Fact]
    public async Task An_endpoint_that_is_dead_is_passed_over_without_a_failed_request()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var alive = new Greeter("alive");
        await using var dead = new Greeter("dead");
        var gone = dead.As("2");
        await dead.DisposeAsync();
        await fixture.SetAsync(alive.As("1"), gone);

        for (var i = 0; i < 20; i++)
            (await fixture.AskAsync()).ShouldBe("alive");
        fixture.Balancer.Metrics.Failures.ShouldBeInRange(1, 10);
        fixture.Balancer.Metrics.Refused.ShouldBe(0);
    }

    [Fact]
    public async Task An_endpoint_that_drains_keeps_its_connections_and_gets_no_new_ones()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var old = new Greeter("old");
        await using var @new = new Greeter("new");
        await fixture.SetAsync(old.As("1"));
        var (client, greeting) = await fixture.OpenAsync();
        greeting.ShouldBe("old");

        await fixture.SetAsync(old.As("1") with { State = EndpointState.Draining }, @new.As("2"));
        for (var i = 0; i < 10; i++)
            (await fixture.AskAsync()).ShouldBe("new");
        (await EchoAsync(client, "still here")).ShouldBe("still here");
        fixture.Balancer.BusyOf(new HashSet<string> { "1" }).ShouldBe(["1"]);
        await fixture.SetAsync(@new.As("2"));
        (await EchoAsync(client, "and here")).ShouldBe("and here");
        client.Dispose();
    }

    [Fact]
    public async Task An_endpoint_that_drains_is_free_when_its_last_connection_has_ended_and_one_that_does_not_never_is()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var old = new Greeter("old");
        await using var @new = new Greeter("new");
        await fixture.SetAsync(old.As("1"), @new.As("2"));
        var all = new HashSet<string> { "1", "2" };
        fixture.Balancer.BusyOf(all).ShouldBe(all, ignoreOrder: true);
        await fixture.SetAsync(@new.As("2"), old.As("1") with { State = EndpointState.Draining });
        fixture.Balancer.BusyOf(all).ShouldBe(["2"]);

        await fixture.SetAsync(old.As("1"));
        var (client, _) = await fixture.OpenAsync();
        await fixture.SetAsync(@new.As("2"), old.As("1") with { State = EndpointState.Draining });
        fixture.Balancer.BusyOf(new HashSet<string> { "1" }).ShouldBe(["1"]);
        client.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (fixture.Balancer.BusyOf(new HashSet<string> { "1" }).Count > 0)
            await Task.Delay(5, patience.Token);
    }

    [Fact]
    public async Task A_connection_waits_for_an_endpoint_that_is_on_its_way()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var late = new Greeter("late");
        await fixture.SetAsync(late.As("1") with { State = EndpointState.Waiting });

        var asking = fixture.AskAsync();
        await fixture.SetAsync(late.As("1"));

        (await asking).ShouldBe("late");
    }

    [Fact]
    public async Task Connections_to_an_app_that_sleeps_wake_it_once_and_wait()
    {
        var woken = new List<Sleeper>();
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await BalancerFixture.StartAsync(options: new()
        {
            // A connection that waited no longer than for an app that is awake would be refused.
            LongestWait = TimeSpan.Zero,
            Wake = (sleeper, _) =>
            {
                woken.Add(sleeper);
                waits.TrySetResult();
                return Task.CompletedTask;
            },
        });
        await using var late = new Greeter("late");
        await fixture.SetAsync(BalancerFixture.Endpoint("asleep", 0) with { State = EndpointState.Asleep, Owner = "app:/shop/web", Labels = ValueMap.Create(("INGRESS_0_WAKE", "2")) });

        var asking = fixture.AskAsync();
        await waits.Task.WaitAsync(TimeSpan.FromSeconds(60));
        // It starts: no sleeper any more, and not ready yet.
        await fixture.SetAsync(late.As("1") with { State = EndpointState.Waiting });
        await fixture.SetAsync(late.As("1"));

        (await asking).ShouldBe("late");
        woken.ShouldBe([new Sleeper("web.shop.marathon", "/shop/web", 2)]);
    }

    [Fact]
    public async Task An_address_that_another_process_has_is_taken_over_when_that_ends()
    {
        await using var greeter = new Greeter("one");
        await using var first = await BalancerFixture.StartAsync();
        await first.SetAsync(greeter.As("1"));
        await using var second = await BalancerFixture.StartAsync(port: first.Listen.Port);
        second.Set(greeter.As("1"));
        await second.UntilAsync(() => second.Balancer.Problems.Count == 1);
        second.Balancer.Problems.Single().Value.ShouldContain("takes over when it ends");

        await first.Balancer.StopAsync(CancellationToken.None);

        await second.UntilAsync(() => second.Balancer.Frontends.Count == 1);
        second.Balancer.Problems.ShouldBeEmpty();
        second.Balancer.Frontends.Single().Listen.ShouldBe(first.Listen);
        (await first.AskAsync()).ShouldBe("one");
    }

    [Fact]
    public async Task The_same_client_comes_to_the_same_endpoint_if_that_is_asked_for()
    {
        await using var fixture = await BalancerFixture.StartAsync(policy: "source");
        await using var one = new Greeter("one");
        await using var two = new Greeter("two");
        await using var three = new Greeter("three");
        await fixture.SetAsync(one.As("1"), two.As("2"), three.As("3"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.AskAsync()));

        answers.Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Much_data_and_half_closed_connections_pass()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var echo = new Greeter("");
        await fixture.SetAsync(echo.As("1"));
        var data = new byte[3_000_000];
        new Random(1).NextBytes(data);

        using var client = new TcpClient();
        await client.ConnectAsync(fixture.Listen);
        var stream = client.GetStream();
        var sending = Task.Run(async () =>
        {
            await stream.WriteAsync(data);
            client.Client.Shutdown(SocketShutdown.Send);
        });
        var received = new MemoryStream();
        await stream.CopyToAsync(received);
        await sending;

        received.ToArray().AsSpan().SequenceEqual(data).ShouldBeTrue();
    }

    [Fact]
    public async Task UDP_packets_of_a_client_go_to_one_endpoint_and_its_answers_come_back()
    {
        await using var fixture = await BalancerFixture.StartAsync(protocol: "udp");
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        _ = EchoAsync(server);
        await fixture.SetAsync(BalancerFixture.Endpoint("1", ((IPEndPoint)server.Client.LocalEndPoint!).Port));

        using var client = new UdpClient();
        client.Connect(fixture.Listen);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes($"packet {i}"), limit.Token);
            Encoding.ASCII.GetString((await client.ReceiveAsync(limit.Token)).Buffer).ShouldBe($"packet {i}");
        }
        fixture.Balancer.Metrics.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_that_nothing_stands_behind_is_not_listened_on()
    {
        await using var fixture = await BalancerFixture.StartAsync();
        await using var one = new Greeter("one");
        await fixture.SetAsync(one.As("1"));
        await fixture.SetAsync();

        await fixture.UntilAsync(() => fixture.Balancer.Frontends.Count == 0);
        using var client = new TcpClient();
        await Should.ThrowAsync<SocketException>(async () => await client.ConnectAsync(fixture.Listen));
    }

    private static async Task EchoAsync(UdpClient server)
    {
        try
        {
            while (true)
            {
                var packet = await server.ReceiveAsync();
                await server.SendAsync(packet.Buffer, packet.RemoteEndPoint);
            }
        }
        catch (Exception failure) when (failure is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task<string> EchoAsync(TcpClient client, string text)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        var buffer = new byte[text.Length];
        await stream.ReadExactlyAsync(buffer);
        return Encoding.ASCII.GetString(buffer);
    }

    /// <summary>Greets with a line, then sends back what comes.</summary>
    private sealed class Greeter : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly string _name;
        private readonly Task _serving;

        public Greeter(string name)
        {
            _name = name;
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _serving = ServeAsync();
        }

        private int Port { get; }

        public ServiceEndpoint As(string id) => BalancerFixture.Endpoint(id, Port);

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                    _ = GreetAsync(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception failure) when (failure is ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        }

        private async Task GreetAsync(TcpClient client)
        {
            try
            {
                using (client)
                {
                    var stream = client.GetStream();
                    if (_name.Length > 0)
                        await stream.WriteAsync(Encoding.ASCII.GetBytes(_name + "\n"));
                    await stream.CopyToAsync(stream);
                }
            }
            catch (IOException)
            {
                // The client is gone.
            }
        }
    }

    private sealed class BalancerFixture : IAsyncDisposable
    {
        private readonly ServiceDirectory _directory = new();
        private readonly string _policy;
        private readonly string _protocol;
        private readonly int _port;
        private long _version;

        private BalancerFixture(string policy, string protocol, LoadBalancerOptions options, int port)
        {
            (_policy, _protocol) = (policy, protocol);
            using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _port = port > 0 ? port : ((IPEndPoint)free.LocalEndPoint!).Port;
            Balancer = new(_directory, options, NullLogger<LoadBalancer>.Instance);
        }

        public LoadBalancer Balancer { get; }

        public IPEndPoint Listen { get; private set; } = new(IPAddress.None, 0);

        public static async Task<BalancerFixture> StartAsync(string policy = "", string protocol = "tcp", LoadBalancerOptions? options = null, int port = 0)
        {
            var fixture = new BalancerFixture(policy, protocol, options ?? new(), port);
            await fixture.Balancer.StartAsync(CancellationToken.None);
            return fixture;
        }

        public static ServiceEndpoint Endpoint(string id, int port) => new()
        {
            Id = id,
            Framework = "marathon",
            AgentAddresses = ["127.0.0.1"],
            State = EndpointState.Ready,
            Ports = [new() { HostPort = port }],
        };

        /// <summary>Replaces the endpoints, and waits until the balancer has taken note.</summary>
        public async Task SetAsync(params ServiceEndpoint[] endpoints)
        {
            Set(endpoints);
            if (endpoints.Length == 0)
                return;
            var wanted = endpoints.Where(endpoint => endpoint.State != EndpointState.Asleep).Select(endpoint => (endpoint.Id, endpoint.State == EndpointState.Ready, endpoint.Weight)).Order().ToList();
            await UntilAsync(() => Balancer.Frontends.SingleOrDefault()?.Pool.Backends.Select(backend => (backend.Id, backend.IsReady, backend.Weight)).Order().SequenceEqual(wanted) == true);
            Listen = Balancer.Frontends.Single().Listen;
        }

        /// <summary>Replaces the endpoints.</summary>
        public void Set(params ServiceEndpoint[] endpoints)
        {
            var labels = ValueMap.Create(("VIP_0", $"/shop/web:{_port}"), ("LB_POLICY", _policy));
            var labelled = endpoints.Select(endpoint => endpoint with { Ports = [endpoint.Ports[0] with { Labels = labels, Protocol = _protocol }] }).ToValueList();
            // All are of one owner here; a whole list replaces what was there.
            _directory.TryApply(new() { Service = "web.shop.marathon", Owner = "app:/shop/web", To = ++_version, Set = labelled });
        }

        public async Task UntilAsync(Func<bool> reached)
        {
            for (var i = 0; i < 3000 && !reached(); i++)
                await Task.Delay(10);
            reached().ShouldBeTrue();
        }

        public async Task<string> AskAsync()
        {
            var (client, greeting) = await OpenAsync();
            client.Dispose();
            return greeting;
        }

        public async Task<(TcpClient Client, string Greeting)> OpenAsync()
        {
            var client = new TcpClient();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await client.ConnectAsync(Listen, limit.Token);
            var greeting = new StringBuilder();
            var one = new byte[1];
            while (await client.GetStream().ReadAsync(one, limit.Token) == 1 && one[0] != '\n')
                greeting.Append((char)one[0]);
            return (client, greeting.ToString());
        }

        public async ValueTask DisposeAsync()
        {
            await Balancer.StopAsync(CancellationToken.None);
            Balancer.Dispose();
        }
    }
}
