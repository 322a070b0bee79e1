using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Platform.Core.Ingress;
using Platform.Core.Registry;
using Platform.Networking.Ingress;

namespace Platform.Networking.Tests.Ingress;

/// <summary>HAProxy itself, with what is written for it.</summary>
public sealed class HaproxyTests
{
    [Fact]
    public async Task Instances_come_drain_and_go_under_steady_requests_and_none_fails()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        var servers = new List<EchoServer>();
        try
        {
            foreach (var name in (string[])["a", "b", "c", "d"])
                servers.Add(await EchoServer.StartAsync(name));
            ServiceEndpoint At(int server) => servers[server].As(servers[server].Name, ("HAPROXY_0_VHOST", "web.test"));
            await fixture.SetAsync("web", At(0));
            await using var load = new SteadyRequests(4, () => fixture.Client(), "http://web.test/");
            await load.AnsweredByAsync("a", 100);

            // One comes.
            await fixture.SetAsync("web", At(0), At(1));
            await load.AnsweredByAsync("b", 100);
            // The first drains: nobody is sent to it any more, and then it ends.
            await fixture.SetAsync("web", At(0) with { State = EndpointState.Draining }, At(1));
            await load.AnsweredByAsync("b", 100);
            load.Answering.ShouldBe(["b"]);
            await fixture.SetAsync("web", At(1));
            await servers[0].DisposeAsync();
            // All are replaced at once, and places are used again.
            for (var round = 0; round < 5; round++)
            {
                var (old, now) = (round % 2 == 0 ? 1 : 2, round % 2 == 0 ? 2 : 1);
                await fixture.SetAsync("web", At(old) with { State = EndpointState.Draining }, At(now), At(3));
                await load.AnsweredByAsync(servers[now].Name, 50);
                await load.AnsweredByAsync("d", 50);
                load.Answering.ShouldNotContain(servers[old].Name);
                await fixture.SetAsync("web", At(now), At(3));
            }
            fixture.Balancer.Reloads.ShouldBe(1);
            // Another app, a label that changes, and more instances than there are places: HAProxy reloads, and nothing is lost.
            await fixture.SetAsync("other", servers[3].As("o", ("HAPROXY_0_VHOST", "other.test")));
            await fixture.SetAsync("web", [.. Enumerable.Range(0, 12).Select(i => At(1 + i % 3) with { Id = string.Create(CultureInfo.InvariantCulture, $"i{i}") })]);
            await fixture.SetAsync("web", At(2) with { Labels = servers[2].As("c", ("HAPROXY_0_VHOST", "web.test"), ("HAPROXY_0_BALANCE", "roundrobin")).Labels });
            fixture.Balancer.Reloads.ShouldBe(4);
            await load.AnsweredByAsync("c", 100);
            load.Failures.ShouldBeEmpty();
            load.Answering.ShouldBe(["c"]);
            fixture.Balancer.Problems.ShouldBeEmpty();
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_instance_that_drains_is_free_when_the_last_session_with_it_has_ended_also_over_a_reload()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await using var old = await EchoServer.StartAsync("old");
        await using var @new = await EchoServer.StartAsync("new");
        ServiceEndpoint At(EchoServer server) => server.As(server.Name, ("HAPROXY_0_VHOST", "web.test"));
        IReadOnlySet<string> asked = new HashSet<string> { "old" };
        await fixture.SetAsync("web", At(old));
        using var invoker = fixture.Client();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri("ws://web.test/"), invoker, CancellationToken.None).WaitAsync(IngressFixture.Patience);
        await fixture.SetAsync("web", At(old) with { State = EndpointState.Draining }, At(@new));
        (await fixture.Balancer.BusyOfAsync(asked, CancellationToken.None)).ShouldBe(["old"]);

        // The new worker knows nothing of the sessions that the old one finishes.
        await fixture.Balancer.ReloadAsync(CancellationToken.None).WaitAsync(IngressFixture.Patience);
        (await fixture.Balancer.BusyOfAsync(asked, CancellationToken.None)).ShouldBe(["old"]);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(IngressFixture.Patience);
        using var patience = new CancellationTokenSource(IngressFixture.Patience);
        while ((await fixture.Balancer.BusyOfAsync(asked, patience.Token)).Count > 0)
            await Task.Delay(20, patience.Token);
        (await fixture.Balancer.BusyOfAsync(new HashSet<string> { "new", "nobody" }, patience.Token)).ShouldBe(["new"]);
    }

    [Fact]
    public async Task Labels_do_what_they_say()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await using var a = await EchoServer.StartAsync("a");
        await using var b = await EchoServer.StartAsync("b");
        ServiceEndpoint Of(EchoServer server, params (string, string)[] labels) => server.As(server.Name, [("HAPROXY_0_VHOST", "web.test"), .. labels]);
        using var client = fixture.Client();

        await fixture.SetAsync("web", Of(a, ("HAPROXY_0_PATH", "/shop"), ("HAPROXY_0_HTTP_BACKEND_PROXYPASS_PATH", "/shop"), ("HAPROXY_0_HTTP_BACKEND_REVPROXY_PATH", "/shop")));
        (await client.GetStringAsync("http://web.test/Shop/x")).ShouldBe($"a /x web.test 127.0.0.1 http {fixture.Http.Port}");
        (await client.GetStringAsync("http://web.test/shop")).ShouldStartWith("a / ");
        using (var moved = await client.GetAsync("http://web.test/shop/go"))
            moved.Headers.Location!.OriginalString.ShouldBe("/shop/login");
        foreach (var url in (string[])["http://web.test/shops", "http://other.test/shop"])
            (await client.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await fixture.SetAsync("web", Of(a, ("HAPROXY_0_AUTH", "My shop:anna:$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.")));
        using (var asked = await client.GetAsync("http://web.test/"))
            (asked.StatusCode, asked.Headers.WwwAuthenticate.ToString()).ShouldBe((HttpStatusCode.Unauthorized, "Basic realm=\"My shop\""));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://web.test/");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("anna:password"u8));
        (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await fixture.SetAsync("web", Of(a, ("HAPROXY_0_AUTH", "unreadable")));
        (await client.GetAsync("http://web.test/")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        await fixture.SetAsync("web", Of(a, ("HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/8")));
        (await client.GetAsync("http://web.test/")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await fixture.SetAsync("web", Of(a, ("HAPROXY_0_STICKY", "true")), Of(b, ("HAPROXY_0_STICKY", "true")));
        using var first = await client.GetAsync("http://web.test/");
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var name = (await first.Content.ReadAsStringAsync())[..1];
        for (var i = 0; i < 10; i++)
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, "http://web.test/");
            again.Headers.Add("Cookie", cookie);
            (await (await client.SendAsync(again)).Content.ReadAsStringAsync())[..1].ShouldBe(name);
        }
        fixture.Balancer.Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_come_through_a_service_port_and_one_that_is_taken_is_told()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await using var a = await EchoServer.StartAsync("a");
        ServiceEndpoint At(int port) => a.As("a", ("HAPROXY_GROUP", "external")) with { Ports = [new EndpointPort { HostPort = a.Port, ServicePort = port }] };
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(fixture.Http.Address, 10_001));
        taken.Listen();
        await fixture.SetAsync("one", At(10_000));
        await fixture.SetAsync("two", At(10_001));
        fixture.Balancer.Problems.ShouldHaveSingleItem().ShouldContain("two:0: service port 10001 cannot be listened on");
        using var client = fixture.Client(10_000);
        (await client.GetStringAsync("http://any.test/")).ShouldStartWith("a / ");
        // It is not tried again with each change.
        var reloads = fixture.Balancer.Reloads;
        await fixture.SetAsync("one", At(10_000), At(10_000) with { Id = "b" });
        fixture.Balancer.Reloads.ShouldBe(reloads);
    }

    [Fact]
    public async Task A_template_that_HAProxy_refuses_keeps_nobody_from_being_served()
    {
        await using var fixture = await HaproxyFixture.StartAsync(options => options with { Settings = options.Settings with { AllowsTemplates = true } });
        await using var a = await EchoServer.StartAsync("a");
        using var client = fixture.Client();
        await fixture.SetAsync("bad", a.As("a", ("HAPROXY_0_VHOST", "bad.test"), ("HAPROXY_0_BACKEND_HTTP_OPTIONS", "nonsense")));
        fixture.Balancer.Problems.ShouldContain(problem => problem.Contains("unknown keyword 'nonsense'"));
        (await client.GetStringAsync("http://bad.test/")).ShouldStartWith("a / ");
        await fixture.SetAsync("bad", a.As("a", ("HAPROXY_0_VHOST", "bad.test"), ("HAPROXY_0_BACKEND_HTTP_OPTIONS", "http-response set-header X-Own yes")));
        fixture.Balancer.Problems.ShouldBeEmpty();
        using var answer = await client.GetAsync("http://bad.test/");
        answer.Headers.GetValues("X-Own").ShouldBe(["yes"]);
    }

    [Fact]
    public async Task HAProxys_own_statistics_are_a_page_a_table_and_metrics_also_after_a_reload()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await using var a = await EchoServer.StartAsync("a");
        await fixture.SetAsync("web", a.As("a", ("HAPROXY_0_VHOST", "web.test")) with { Ports = [new EndpointPort { HostPort = a.Port, ServicePort = 10_000 }] });
        using var client = fixture.Client();
        for (var i = 0; i < 3; i++)
            (await client.GetStringAsync("http://web.test/")).ShouldNotBeEmpty();
        await ShowAsync();
        await fixture.Balancer.ReloadAsync(CancellationToken.None);
        await ShowAsync();

        async Task ShowAsync()
        {
            var table = (await fixture.AdminAsync("/haproxy?stats;csv")).Split('\n');
            table[0].ShouldStartWith("# pxname,svname,");
            table.ShouldContain(line => line.StartsWith("web_10000,s1,", StringComparison.Ordinal));
            (await fixture.AdminAsync("/haproxy?stats")).ShouldContain("<html");
            (await fixture.AdminAsync("/metrics")).ShouldContain("haproxy_backend_http_responses_total{proxy=\"web_10000\"");
        }
    }

    [Fact]
    public async Task Admin_paths_are_those_of_marathon_lb()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await using var a = await EchoServer.StartAsync("a");
        await fixture.SetAsync("web", a.As("a", ("HAPROXY_0_VHOST", "web.test")) with { Ports = [new EndpointPort { HostPort = a.Port, ServicePort = 10_000 }] });
        (await fixture.AdminAsync("/_haproxy_getconfig")).ShouldBe(await File.ReadAllTextAsync(fixture.Options.ConfigPath));
        (await fixture.AdminAsync("/_haproxy_getvhostmap")).ShouldBe("web.test web_10000\n");
        (await fixture.AdminAsync("/_haproxy_getappmap")).ShouldBe("/web web_10000\n");
        (await fixture.AdminAsync("/_haproxy_health_check")).ShouldBe("HAProxy runs.\n");
        var pids = (await fixture.AdminAsync("/_haproxy_getpids")).Trim().Split(' ');
        pids.Length.ShouldBe(2);
        (await fixture.AdminAsync("/_mlb_signal/hup")).ShouldBe("Sent SIGHUP signal to marathon-lb");
        (await fixture.AdminAsync("/_mlb_signal/usr1")).ShouldBe("Sent SIGUSR1 signal to marathon-lb");
        fixture.Balancer.Reloads.ShouldBe(3);
        // A reload has another worker under the same master.
        (await fixture.AdminAsync("/_haproxy_getpids")).Trim().Split(' ')[0].ShouldBe(pids[0]);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(fixture.Options.ConfigPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_others_run_is_made_to_reload(bool byPidFile)
    {
        HaproxyOptions options = null!;
        Process? others = null;
        var pidFile = "";
        await using var a = await EchoServer.StartAsync("a");
        try
        {
            await using (var fixture = await HaproxyFixture.StartAsync(made =>
            {
                pidFile = made.ConfigPath + ".others";
                options = made with { PidFile = byPidFile ? pidFile : null, ReloadCommand = byPidFile ? null : $"kill -USR2 $(cat '{pidFile}')" };
                File.WriteAllText(options.ConfigPath, HaproxyPlanner.Plan([], options.Settings).Write("first"));
                others = Process.Start("haproxy", ["-W", "-p", pidFile, "-f", options.ConfigPath]);
                return options;
            }))
            {
                using var client = fixture.Client();
                await HasStartedAsync(options.Settings.Socket, pidFile);
                await fixture.SetAsync("web", a.As("a", ("HAPROXY_0_VHOST", "web.test")));
                fixture.Balancer.Problems.ShouldBeEmpty();
                (await client.GetStringAsync("http://web.test/")).ShouldStartWith("a / ");
            }
            // It is not this process' to end.
            others!.HasExited.ShouldBeFalse();
        }
        finally
        {
            others?.Kill(entireProcessTree: true);
            others?.Dispose();
        }
    }

    [Fact]
    public async Task Nothing_is_written_before_the_registry_is_known()
    {
        await using var fixture = await HaproxyFixture.StartAsync();
        await fixture.Balancer.CaughtUpAsync(false, CancellationToken.None);
        File.Exists(fixture.Options.ConfigPath).ShouldBeFalse();
        fixture.Balancer.Reloads.ShouldBe(0);
    }

    /// <summary>Returns when HAProxy has made its socket and has written its process id.</summary>
    private static async Task HasStartedAsync(string socket, string pidFile)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(socket)!) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        void Look(object? sender, FileSystemEventArgs? found)
        {
            if (File.Exists(socket) && File.Exists(pidFile) && new FileInfo(pidFile).Length > 0)
                started.TrySetResult();
        }
        watcher.Created += Look;
        watcher.Renamed += Look;
        watcher.Changed += Look;
        watcher.EnableRaisingEvents = true;
        Look(null, null);
        await started.Task.WaitAsync(IngressFixture.Patience);
    }

    /// <summary>HAProxy's own check of configurations with each label, also with values that are none.</summary>
    [Fact]
    public async Task HAProxy_takes_whatever_labels_say()
    {
        var folder = Directory.CreateTempSubdirectory("haproxy-check-").FullName;
        try
        {
            var certificates = Directory.CreateDirectory(Path.Combine(folder, "it's certs")).FullName;
            IngressFixture.WriteCertificate(certificates, "default", "default.test");
            string[] values =
            [
                "true", "tcp", "http", "source", "first", "random", "uri", "static-rr", "10001", "1", "/a'b$(c)+,;=:@&!~", "web.test", "*.web.test", "a.test,b.test *.c.test", "10.0.0.0/8 fd00::/8 1.2.3.4",
                "My shop:an na@x:$6$rounds=5000$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.", "r:u:$6$salt$short", "r:u:plaintextpassword", "::1", "127.0.0.9",
                "external", "*", "a\nglobal\n", "'\"\\$#",
            ];
            string[] labels =
            [
                "VHOST", "PATH", "GROUP", "PORT", "MODE", "BALANCE", "STICKY", "AUTH", "BACKEND_NETWORK_ALLOWED_ACL", "HTTP_BACKEND_REDIR", "HTTP_BACKEND_PROXYPASS_PATH", "HTTP_BACKEND_REVPROXY_PATH", "BIND_ADDR",
                "BACKEND_WEIGHT", "BACKEND_HEALTHCHECK_PORT_INDEX", "REDIRECT_TO_HTTPS", "USE_HSTS", "INGRESS_PROTOCOL=h2c", "INGRESS_PROTOCOL=https", "INGRESS_RETRY=false",
            ];
            var table = new IngressTable();
            var number = 0;
            foreach (var label in labels)
            {
                foreach (var value in values)
                {
                    var id = string.Create(CultureInfo.InvariantCulture, $"s{++number}");
                    var own = label.Split('=');
                    var all = new Dictionary<string, string> { ["HAPROXY_0_VHOST"] = $"{id}.test", [own.Length == 1 ? "HAPROXY_0_" + label : own[0].Replace("INGRESS_", "INGRESS_0_", StringComparison.Ordinal)] = own.Length == 1 ? value : own[1] };
                    table.Apply(new()
                    {
                        Service = id,
                        Owner = "app:/x/" + id,
                        To = 1,
                        Set = [new ServiceEndpoint
                        {
                            Id = id, Framework = "marathon", AgentAddresses = [number % 2 == 0 ? "fd00::1" : "10.0.0.1"], State = number % 3 == 0 ? EndpointState.Draining : EndpointState.Ready,
                            Ports = [new EndpointPort { HostPort = 31000, ServicePort = 10_100 + number }, new EndpointPort { HostPort = 31001 }],
                            Labels = Platform.Core.Collections.ValueMap.ToValueMap(all),
                        }],
                    });
                }
            }
            var plan = HaproxyPlanner.Plan(
                Enumerable.Range(1, number).SelectMany(i => table.RoutesOf(string.Create(CultureInfo.InvariantCulture, $"s{i}"))),
                new() { Http = [new IPEndPoint(IPAddress.Loopback, 18080), new IPEndPoint(IPAddress.IPv6Loopback, 18080)], Tls = [new IPEndPoint(IPAddress.Loopback, 18443)], Certificates = certificates, Socket = Path.Combine(folder, "it's a.sock") });
            plan.Backends.Count.ShouldBeGreaterThan(300);
            var file = Path.Combine(folder, "haproxy.cfg");
            await File.WriteAllTextAsync(file, plan.Write("1"));
            using var check = Process.Start(new ProcessStartInfo("haproxy", ["-c", "-f", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var told = new StringBuilder().Append(await check.StandardError.ReadToEndAsync()).Append(await check.StandardOutput.ReadToEndAsync());
            await check.WaitForExitAsync();
            check.ExitCode.ShouldBe(0, told.ToString());
            told.ToString().ShouldNotContain("WARNING");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
