using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Core.Registry;
using Platform.Networking.Ingress;

namespace Platform.Networking.Tests.Ingress;

/// <summary>The ingress with real servers behind it and real clients before it.</summary>
public sealed class IngressTests
{
    private const string Host = "HAPROXY_0_VHOST";

    [Fact]
    public async Task Hosts_and_paths_lead_to_their_services_and_nothing_else_does()
    {
        await using var fixture = await IngressFixture.StartAsync();
        await using var web = await EchoServer.StartAsync("web");
        await using var api = await EchoServer.StartAsync("api");
        await using var star = await EchoServer.StartAsync("star");
        await fixture.SetAsync("web", web.As("1", (Host, "shop.test, www.shop.test")));
        await fixture.SetAsync("api", api.As("2", (Host, "shop.test"), ("HAPROXY_0_PATH", "/api"), ("HAPROXY_0_HTTP_BACKEND_PROXYPASS_PATH", "/api")));
        await fixture.SetAsync("star", star.As("3", ("INGRESS_0_HOST", "*.shop.test")));
        using var client = fixture.Client();

        (await client.GetStringAsync("http://shop.test/a/b")).ShouldBe($"web /a/b shop.test 127.0.0.1 http {fixture.Http.Port}");
        (await client.GetStringAsync("http://WWW.shop.test/")).ShouldStartWith("web / ");
        (await client.GetStringAsync("http://shop.test/api/items?x=1")).ShouldStartWith("api /items shop.test");
        (await client.GetStringAsync("http://shop.test/api")).ShouldStartWith("api / ");
        (await client.GetStringAsync("http://shop.test/apis")).ShouldStartWith("web /apis ");
        (await client.GetStringAsync("http://other.shop.test/")).ShouldStartWith("star / ");
        using var unknown = await client.GetAsync(new Uri("http://elsewhere.test/"));
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        await fixture.SetAsync("api");
        (await client.GetStringAsync("http://shop.test/api")).ShouldStartWith("web /api ");
    }

    [Fact]
    public async Task Of_two_services_under_one_name_the_first_is_served_and_the_other_is_told_of()
    {
        await using var fixture = await IngressFixture.StartAsync();
        await using var one = await EchoServer.StartAsync("one");
        await using var two = await EchoServer.StartAsync("two");
        await fixture.SetAsync("b", two.As("2", (Host, "shop.test")));
        await fixture.SetAsync("a", one.As("1", (Host, "shop.test")));
        using var client = fixture.Client();

        (await client.GetStringAsync("http://shop.test/")).ShouldStartWith("one ");
        fixture.Server.Problems.Keys.ShouldBe(["b:0"]);
        await fixture.SetAsync("b", two.As("2", (Host, "shop.test"), ("HAPROXY_0_BACKEND_WEIGHT", "5")));
        (await client.GetStringAsync("http://shop.test/")).ShouldStartWith("two ");
    }

    [Fact]
    public async Task Requests_are_guarded_and_redirected_as_labels_say()
    {
        await using var fixture = await IngressFixture.StartAsync(tls: true);
        await using var web = await EchoServer.StartAsync("web");
        // openssl passwd -6 -salt saltsalt geheim
        const string Hash = "$6$saltsalt$sfZR6YSW/Dp0uCiyF9fDipa6ORr5LVLOwXNgtzRlXXhkC7xA3w4zy97VIC3vL14AUXGJp3yBjZVztkdiBzJnX1";
        await fixture.SetAsync("auth", web.As("1", (Host, "auth.test"), ("HAPROXY_0_AUTH", $"staff only:ada:{Hash}")));
        await fixture.SetAsync("tls", web.As("2", (Host, "tls.test"), ("HAPROXY_0_REDIRECT_TO_HTTPS", "true"), ("HAPROXY_0_USE_HSTS", "true")));
        await fixture.SetAsync("net", web.As("3", (Host, "net.test"), ("HAPROXY_0_BACKEND_NETWORK_ALLOWED_ACL", "10.0.0.0/8")));
        await fixture.SetAsync("root", web.As("4", (Host, "root.test"), ("HAPROXY_0_HTTP_BACKEND_REDIR", "/start"), ("HAPROXY_0_HTTP_BACKEND_REVPROXY_PATH", "/app")));
        await fixture.SetAsync("bad", web.As("5", (Host, "bad.test"), ("HAPROXY_0_AUTH", "nonsense")));
        using var client = fixture.Client();

        using (var refused = await client.GetAsync(new Uri("http://auth.test/")))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            refused.Headers.WwwAuthenticate.ToString().ShouldContain("staff only");
        }
        (await StatusAsync(client, "http://auth.test/", "ada:falsch")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, "http://auth.test/", "ada:geheim")).ShouldBe(HttpStatusCode.OK);
        // A lock that cannot be read lets nobody in.
        (await StatusAsync(client, "http://bad.test/", ":")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(client, "http://net.test/", "")).ShouldBe(HttpStatusCode.Forbidden);
        using (var moved = await client.GetAsync(new Uri("http://tls.test/a?b=c")))
            (moved.StatusCode, moved.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.MovedPermanently, $"https://tls.test:{fixture.Last.Port}/a?b=c"));
        using (var moved = await client.GetAsync(new Uri("http://root.test/")))
            moved.Headers.Location!.ToString().ShouldBe("/start");
        using (var moved = await client.GetAsync(new Uri("http://root.test/go")))
            moved.Headers.Location!.ToString().ShouldBe("/app/login");
        using var secure = fixture.Client(fixture.Last);
        using (var answer = await secure.GetAsync(new Uri("https://tls.test/")))
        {
            answer.Headers.GetValues("Strict-Transport-Security").Single().ShouldStartWith("max-age=");
            (await answer.Content.ReadAsStringAsync()).ShouldContain(" https ");
        }
    }

    [Fact]
    public async Task Certificates_are_chosen_by_name_and_read_again_when_they_change()
    {
        await using var fixture = await IngressFixture.StartAsync(tls: true);
        await using var web = await EchoServer.StartAsync("web");
        await fixture.SetAsync("web", web.As("1", ("INGRESS_0_PATH", "/x")));
        var first = IngressFixture.WriteCertificate(fixture.Folder!, "shop", "shop.test", "*.shop.test");
        var standard = await CertificateAsync(fixture, "nobody.test");

        await UntilAsync(async () => await CertificateAsync(fixture, "shop.test") == first);
        (await CertificateAsync(fixture, "www.shop.test")).ShouldBe(first);
        (await CertificateAsync(fixture, "a.b.shop.test")).ShouldBe(standard);
        var second = IngressFixture.WriteCertificate(fixture.Folder!, "shop", "shop.test");
        await UntilAsync(async () => await CertificateAsync(fixture, "shop.test") == second);
        // A file that is none changes nothing.
        File.WriteAllText(Path.Combine(fixture.Folder!, "bad.pem"), "nonsense");
        (await CertificateAsync(fixture, "shop.test")).ShouldBe(second);
    }

    [Fact]
    public async Task A_folder_without_certificates_is_told_of_at_the_start()
    {
        var folder = Directory.CreateTempSubdirectory("ingress-none").FullName;
        (await Should.ThrowAsync<IngressStartException>(() => IngressFixture.StartAsync(tls: true, with: options => options with { CertificateFolder = folder })))
            .Message.ShouldContain("NAME.pem");
        Directory.Delete(folder);
    }

    [Fact]
    public async Task WebSockets_http2_and_gRPC_pass()
    {
        await using var fixture = await IngressFixture.StartAsync(tls: true, http2: true);
        await using var web = await EchoServer.StartAsync("web");
        await using var grpc = await EchoServer.StartAsync("grpc", HttpProtocols.Http2);
        await fixture.SetAsync("web", web.As("1", (Host, "127.0.0.1,web.test")));
        await fixture.SetAsync("grpc", grpc.As("2", (Host, "grpc.test"), ("INGRESS_0_PROTOCOL", "h2c")));

        using var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(IngressFixture.Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{fixture.Http.Port}/chat"), limit.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("hello"), WebSocketMessageType.Text, true, limit.Token);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, limit.Token);
        Encoding.ASCII.GetString(buffer, 0, received.Count).ShouldBe("hello");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);

        using var h2 = fixture.Client(fixture.Last, HttpVersion.Version20);
        using (var answer = await h2.GetAsync(new Uri("https://web.test/")))
            (answer.Version, answer.StatusCode).ShouldBe((HttpVersion.Version20, HttpStatusCode.OK));

        // Encrypted, and as clients without TLS do.
        foreach (var (client, url) in new[] { (h2, "https://grpc.test/pkg.Service/Call"), (fixture.Client(new Uri(fixture.Server.Addresses[1]), HttpVersion.Version20), "http://grpc.test/pkg.Service/Call") })
        {
            using var content = new ByteArrayContent([0, 0, 0, 0, 2, 8, 1]) { Headers = { ContentType = new("application/grpc") } };
            using var answer = await client.PostAsync(new Uri(url), content);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe([0, 0, 0, 0, 2, 8, 1]);
            answer.TrailingHeaders.GetValues("grpc-status").Single().ShouldBe("0");
        }
    }

    [Fact]
    public async Task Safe_requests_go_to_another_instance_and_others_only_if_nothing_was_sent()
    {
        await using var fixture = await IngressFixture.StartAsync(with: options => options with { LongestWait = TimeSpan.FromSeconds(30) });
        await using var alive = await EchoServer.StartAsync("alive");
        var dead = await EchoServer.StartAsync("dead");
        var gone = dead.As("0", (Host, "shop.test"));
        await dead.DisposeAsync();
        await fixture.SetAsync("web", gone, alive.As("1", (Host, "shop.test")));
        using var client = fixture.Client();

        for (var i = 0; i < 10; i++)
        {
            (await client.GetStringAsync("http://shop.test/")).ShouldStartWith("alive ");
            using var posted = await client.PostAsync(new Uri("http://shop.test/"), new StringContent("order"));
            posted.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        fixture.Server.Metrics.Failures.ShouldBe(0);
        fixture.Server.Metrics.Retries.ShouldBeGreaterThan(0);

        // An order that may have been taken is not sent twice; a question is.
        var before = alive.Requests;
        using var broken = await client.PostAsync(new Uri("http://shop.test/break"), new StringContent("order"));
        broken.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (alive.Requests - before).ShouldBe(1);
    }

    [Fact]
    public async Task Requests_wait_for_an_instance_that_is_on_its_way_and_none_goes_to_one_that_leaves()
    {
        await using var fixture = await IngressFixture.StartAsync(with: options => options with { LongestWait = IngressFixture.Patience });
        await using var old = await EchoServer.StartAsync("old");
        await using var @new = await EchoServer.StartAsync("new");
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")));
        using var client = fixture.Client();
        (await client.GetStringAsync("http://shop.test/")).ShouldStartWith("old ");

        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")) with { State = EndpointState.Draining }, @new.As("2", (Host, "shop.test")) with { State = EndpointState.Waiting });
        var asking = client.GetStringAsync("http://shop.test/");
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")) with { State = EndpointState.Draining }, @new.As("2", (Host, "shop.test")));
        (await asking).ShouldStartWith("new ");
        old.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task An_instance_that_drains_is_free_when_the_last_request_to_it_has_ended()
    {
        await using var fixture = await IngressFixture.StartAsync();
        await using var old = await EchoServer.StartAsync("old");
        await using var @new = await EchoServer.StartAsync("new");
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")));
        using var invoker = fixture.Client();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri("ws://shop.test/"), invoker, CancellationToken.None).WaitAsync(IngressFixture.Patience);
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")) with { State = EndpointState.Draining }, @new.As("2", (Host, "shop.test")));

        IReadOnlySet<string> asked = new HashSet<string> { "1" };
        fixture.Server.BusyOf(asked).ShouldBe(["1"]);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(IngressFixture.Patience);
        using var patience = new CancellationTokenSource(IngressFixture.Patience);
        while (fixture.Server.BusyOf(asked).Count > 0)
            await Task.Delay(5, patience.Token);
    }

    [Fact]
    public async Task A_client_stays_with_its_instance_by_a_cookie_until_that_goes()
    {
        await using var fixture = await IngressFixture.StartAsync();
        await using var one = await EchoServer.StartAsync("one");
        await using var two = await EchoServer.StartAsync("two");
        (string, string)[] labels = [(Host, "shop.test"), ("HAPROXY_0_STICKY", "true")];
        await fixture.SetAsync("web", one.As("1", labels), two.As("2", labels));
        using var client = fixture.Client();
        using var first = await client.GetAsync(new Uri("http://shop.test/"));
        var name = (await first.Content.ReadAsStringAsync()).Split(' ')[0];
        client.DefaultRequestHeaders.Add("Cookie", first.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        for (var i = 0; i < 10; i++)
            (await client.GetStringAsync("http://shop.test/")).ShouldStartWith(name);
        await fixture.SetAsync("web", name == "one" ? two.As("2", labels) : one.As("1", labels));
        (await client.GetStringAsync("http://shop.test/")).ShouldStartWith(name == "one" ? "two " : "one ");
    }

    [Fact]
    public async Task A_canary_gets_its_share_of_requests()
    {
        await using var fixture = await IngressFixture.StartAsync();
        await using var old = await EchoServer.StartAsync("old");
        await using var canary = await EchoServer.StartAsync("canary");
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")), canary.As("2", (Host, "shop.test")) with { Share = 10, Version = "2" });
        using var client = fixture.Client();

        for (var i = 0; i < 100; i++)
            await client.GetStringAsync("http://shop.test/");
        // One request at a time: turns go by weight, 9,000 : 1,000.
        canary.Requests.ShouldBeInRange(9, 11);
        await fixture.SetAsync("web", old.As("1", (Host, "shop.test")), canary.As("2", (Host, "shop.test")) with { Share = 0, Version = "2" });
        for (var i = 0; i < 20; i++)
            (await client.GetStringAsync("http://shop.test/")).ShouldStartWith("old ");
    }

    [Fact]
    public async Task A_request_wakes_an_app_without_instances_and_waits_for_it()
    {
        var woken = new List<string>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await IngressFixture.StartAsync(with: options => options with
        {
            LongestWait = TimeSpan.Zero,
            Wake = (app, instances, _) =>
            {
                lock (woken)
                    woken.Add($"{app} {instances}");
                asked.TrySetResult();
                return Task.CompletedTask;
            },
        });
        await using var web = await EchoServer.StartAsync("web");
        var asleep = web.As("asleep", (Host, "shop.test"), ("INGRESS_0_WAKE", "2")) with { State = EndpointState.Asleep, Ports = [new EndpointPort()] };
        await fixture.SetAsync("web", asleep);
        using var client = fixture.Client();

        var asking = Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.GetStringAsync("http://shop.test/")));
        await asked.Task.WaitAsync(IngressFixture.Patience);
        await fixture.SetAsync("web", web.As("1", (Host, "shop.test"), ("INGRESS_0_WAKE", "2")));

        (await asking).ShouldAllBe(answer => answer.StartsWith("web "));
        woken.Distinct().ShouldBe(["/web 2"]);
    }

    [Fact]
    public async Task Services_of_bytes_are_reached_at_their_service_ports()
    {
        await using var fixture = await IngressFixture.StartAsync(with: options => options with { Groups = ["external"] });
        await using var web = await EchoServer.StartAsync("web");
        var port = FreePort();
        var endpoint = web.As("1", ("HAPROXY_GROUP", "external")) with { Ports = [new EndpointPort { HostPort = web.Port, ServicePort = port }] };
        await fixture.SetAsync("db", endpoint);
        await fixture.SetAsync("other", web.As("2", ("HAPROXY_GROUP", "internal"), (Host, "shop.test")));
        using var client = new HttpClient();

        (await client.GetStringAsync($"http://127.0.0.1:{port}/x")).ShouldStartWith("web /x ");
        using var through = fixture.Client();
        (await StatusAsync(through, "http://shop.test/", "")).ShouldBe(HttpStatusCode.NotFound);
        await fixture.SetAsync("db");
        fixture.Server.TcpPorts.ShouldBeEmpty();
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string url, string login)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (login.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<string> CertificateAsync(IngressFixture fixture, string host)
    {
        var thumbprint = "";
        using var client = fixture.Client(fixture.Last, with: handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            thumbprint = certificate?.GetCertHashString() ?? "";
            return thumbprint.Length > 0;
        });
        using var _ = await client.GetAsync(new Uri($"https://{host}/"));
        return thumbprint;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(IngressFixture.Patience);
        while (!await holds())
            await Task.Delay(50, limit.Token);
    }
}
