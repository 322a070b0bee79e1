using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.Client.Services;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Discovery;

/// <summary>Apps that are found by name and reached at virtual addresses, with real processes and real clients.</summary>
public sealed class DiscoveryTests(ITestOutputHelper output)
{
    // Stops at SIGTERM at once, like a program that knows nothing of draining.
    private const string Server =
        "exec python3 -c 'import http.server as h, os; h.ThreadingHTTPServer((\\\"127.0.0.1\\\", int(os.environ[\\\"PORT0\\\"])), h.SimpleHTTPRequestHandler).serve_forever()'";

    [Fact]
    public async Task No_request_fails_while_an_app_is_scaled_and_updated_under_load()
    {
        var (port, ingress) = (FreePorts.Take(), FreePorts.Take());
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1, "--ingress", $"127.0.0.1:{ingress}");
        await cluster.DeployAsync($$"""
            {"id":"/shop/web","cmd":"{{Server}}","cpus":0.1,"mem":32,"instances":2,"platform":{"drainSeconds":1},
             "portDefinitions":[{"port":0,"name":"http","labels":{"VIP_0":"/shop/web:{{port}}"} }],"labels":{"HAPROXY_0_VHOST":"shop.localhost"},
             "healthChecks":[{"protocol":"MESOS_TCP","portIndex":0,"gracePeriodSeconds":120,"intervalSeconds":1,"delaySeconds":0}],
             "upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5} }
            """);
        var service = cluster.Client.Services.Get("web.shop.marathon");
        await cluster.UntilAsync("two endpoints are ready", async () => (await service.GetAsync()).Endpoints.Count(endpoint => endpoint.State == "Ready") == 2);
        var address = (await service.GetAsync()).VirtualAddresses.Single().Address!;
        (await AskDnsAsync(cluster, "+short", "shopweb.marathon.l4lb.thisdcos.directory")).ShouldBe(address);

        await using var load = new Load(new Uri($"http://{address}:{port}/"));
        await using var web = new Load(new Uri($"http://127.0.0.1:{ingress}/"), "shop.localhost");
        await load.UntilAsync(50);
        await web.UntilAsync(50);
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/shop/web").UpdateAsync(JsonNode.Parse("""{"env":{"VERSION":"2"} }""")!.AsObject()));
        await load.UntilAsync(load.Answers + 50);
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/shop/web").UpdateAsync(JsonNode.Parse("""{"instances":1}""")!.AsObject()));
        await load.UntilAsync(load.Answers + 50);

        await web.UntilAsync(web.Answers + 50);
        (await load.StopAsync()).ShouldBeEmpty();
        (await web.StopAsync()).ShouldBeEmpty();
        (await cluster.Client.Services.GetIngressAsync()).Routes.Single().Hosts.ShouldBe(["shop.localhost"]);
        (await service.GetAsync()).Endpoints.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_registered_from_outside_is_found_watched_and_forgotten_and_survives_a_crash()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var db = cluster.Client.Services.Get("db");
        using var limit = new CancellationTokenSource(Cluster.Patience);
        await using var changes = db.WatchAsync(limit.Token).GetAsyncEnumerator(limit.Token);
        (await changes.MoveNextAsync()).ShouldBeTrue();
        (changes.Current.IsSnapshot, changes.Current.Set.Count).ShouldBe((true, 0));

        await db.RegisterAsync("one", new ServiceInstance { Address = "10.1.2.3", Ports = [new ServicePort { Name = "pg", HostPort = 5432 }] });
        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.Set.Single().Addresses.ShouldBe(["10.1.2.3"]);
        (await AskDnsAsync(cluster, "+short", "db.service.mesos")).ShouldBe("10.1.2.3");
        (await AskDnsAsync(cluster, "+short", "_pg._db._tcp.service.mesos", "SRV")).ShouldStartWith("0 1 5432 db-");

        await cluster.Server.KillAsync();
        await cluster.StartServerAsync();
        await cluster.UntilAsync("it is found again", async () => await AskDnsAsync(cluster, "+short", "db.service.mesos") == "10.1.2.3");

        await db.DeregisterAsync("one");
        await cluster.UntilAsync("it is gone", async () => await AskDnsAsync(cluster, "+short", "db.service.mesos") == "");
    }

    [Fact]
    public async Task Mesos_DNS_clients_find_hosts_and_services()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""{"id":"/shop/web","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"portDefinitions":[{"port":0,"name":"http"}]}""");
        await cluster.UntilAsync("it is found", async () => (await cluster.GetAsync("/v1/hosts/web.shop.marathon.mesos"))[0].GetProperty("ip").GetString() == "127.0.0.1");

        var service = (await cluster.GetAsync("/mesos_dns/v1/services/_web-shop._tcp.marathon.mesos."))[0];
        var port = (await cluster.Client.Apps.Get("/shop/web").ListTasksAsync()).Single().Ports[0];
        service.GetProperty("port").GetString().ShouldBe($"{port}");
        service.GetProperty("host").GetString()!.ShouldMatch(@"^web-shop-[a-z0-9]{5}-[0-9a-f]{12}\.marathon\.mesos\.$");
        (await cluster.GetAsync("/v1/hosts/nothing.mesos"))[0].GetProperty("host").GetString().ShouldBe("");
        (await cluster.GetAsync("/v1/version")).GetProperty("Service").GetString().ShouldBe("Mesos-DNS");
        (await cluster.GetAsync("/v1/config")).GetProperty("Domain").GetString().ShouldBe("mesos");
        var framework = (await cluster.GetAsync("/v1/enumerate")).GetProperty("frameworks")[0];
        framework.GetProperty("name").GetString().ShouldBe("marathon");
        framework.GetProperty("tasks")[0].GetProperty("records").EnumerateArray().ShouldContain(record => record.GetProperty("name").GetString() == "web.shop.marathon.mesos.");
        var zone = (await cluster.GetAsync("/v1/axfr")).GetProperty("Records");
        zone.GetProperty("As").GetProperty("leader.mesos.")[0].GetString().ShouldBe("127.0.0.1");
        zone.GetProperty("SRVs").GetProperty("_leader._tcp.mesos.")[0].GetString().ShouldBe($"leader.mesos.:{cluster.Client.Url.Port}");
    }

    private static async Task<string> AskDnsAsync(Cluster cluster, params string[] arguments)
    {
        var port = (await cluster.GetAsync("/v1/config")).GetProperty("Port").GetInt32();
        using var dig = Process.Start(new ProcessStartInfo("dig", ["@127.0.0.1", "-p", $"{port}", "+time=10", .. arguments]) { RedirectStandardOutput = true })!;
        var answer = await dig.StandardOutput.ReadToEndAsync();
        await dig.WaitForExitAsync();
        return answer.Trim();
    }
}
