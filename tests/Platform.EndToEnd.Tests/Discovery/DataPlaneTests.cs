using System.Diagnostics;
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Discovery;

/// <summary>Balancers and DNS in processes of their own, and what they make of a control plane that changes, drains and dies.</summary>
public sealed class DataPlaneTests(ITestOutputHelper output)
{
    // At all addresses: checks of an agent on a loopback address of its own come by 127.0.0.1. Not h.HTTPServer, which looks the host's name up. It stops at SIGTERM at once, like a program that knows nothing of draining.
    private const string Server =
        "exec python3 -c 'import http.server as h, os, socketserver as s; s.ThreadingTCPServer((\\\"0.0.0.0\\\", int(os.environ[\\\"PORT0\\\"])), h.SimpleHTTPRequestHandler).serve_forever()'";

    [Fact]
    public async Task An_agent_balances_and_answers_names_while_the_control_plane_is_away()
    {
        var (port, status, dns) = (FreePorts.Take(), FreePorts.Take(), FreePorts.Take());
        await using var cluster = await Cluster.StartAsync(output, localAgents: 0, "--balancer", "off");
        string[] options = ["--status", $"{status}", "--dns-port", $"{dns}", "--dns-upstream", "127.0.0.1:1"];
        var agent = cluster.StartAgent("one", options: options);
        await cluster.DeployAsync(App(port, "agent", 2));
        var service = cluster.Client.Services.Get("web.agent.marathon");
        await cluster.UntilAsync("two endpoints are ready", async () => (await service.GetAsync()).Endpoints.Count(endpoint => endpoint.State == "Ready") == 2);
        var address = (await service.GetAsync()).VirtualAddresses.Single().Address!;
        await cluster.UntilAsync("the agent has the address", async () => (await BalancerAsync(status)).Addresses.Any());
        await cluster.UntilAsync("the agent knows the control plane's name", () => Task.FromResult(AskDns(dns, "leader.mesos") is ["127.0.0.1"]));
        await using var load = new Load(new Uri($"http://{address}:{port}/"));
        await load.UntilAsync(50);
        (await BalancerAsync(status)).Stale.ShouldBeFalse();
        (await cluster.Client.Services.GetBalancerAsync()).Addresses.ShouldBeEmpty();

        await cluster.Server.KillAsync();
        await StaleAsync(status, 1);
        await load.UntilAsync(load.Answers + 100);
        AskDns(dns, "agentweb.marathon.l4lb.thisdcos.directory").ShouldBe([address]);
        AskDns(dns, "web.agent.marathon.mesos").ShouldHaveSingleItem().ShouldStartWith("127.0.0.");
        AskDns(dns, "leader.mesos").ShouldBe(["127.0.0.1"]);
        (await BalancerAsync(status)).Stale.ShouldBeTrue();

        // An agent that begins now goes on with what the one before it knew, and has kept when the control plane went away.
        await cluster.UntilAsync("the agent has kept what it knows", async () =>
            (await File.ReadAllTextAsync(Path.Combine(cluster.WorkDirectoryOf("one"), "registry.json"))).Split("\"Ready\"").Length == 3);
        (await load.StopAsync()).ShouldBeEmpty();
        await agent.KillAsync();
        cluster.StartAgent("one", options: options);
        await cluster.UntilAsync("the agent has the address again", async () => (await BalancerAsync(status)).Addresses.Any());
        await using var again = new Load(new Uri($"http://{address}:{port}/"));
        await again.UntilAsync(100);
        (await BalancerAsync(status)).Stale.ShouldBeTrue();
        AskDns(dns, "agentweb.marathon.l4lb.thisdcos.directory").ShouldBe([address]);
        AskDns(dns, "leader.mesos").ShouldBe(["127.0.0.1"]);

        await cluster.StartServerAsync();
        await StaleAsync(status, 0);
        // It acknowledges again: no instance stops before this balancer has let go of it.
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/agent/web").UpdateAsync(JsonNode.Parse("""{"env":{"VERSION":"2"} }""")!.AsObject()));
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/agent/web").UpdateAsync(JsonNode.Parse("""{"instances":1}""")!.AsObject()));
        await again.UntilAsync(again.Answers + 50);
        (await again.StopAsync()).ShouldBeEmpty();
        (await BalancerAsync(status)).Addresses.Single().Backends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task No_request_fails_at_any_balancer_over_update_canary_scaling_drain_and_a_killed_silo()
    {
        var (port, ingress, haproxy, status) = (FreePorts.Take(), FreePorts.Take(), FreePorts.Take(), FreePorts.Take());
        await using var cluster = await Cluster.StartSilosAsync(output, 2, silo => silo == 0 ? ["--no-dns", "--balancer", "off", "--ingress", $"127.0.0.1:{ingress}"] : ["--no-dns", "--balancer", "off"]);
        // Agents have their sessions, and the balancer its registry, of the silo that will be killed.
        cluster.Masters = string.Join(',', cluster.Silos.Reverse().Select(silo => silo.Url.OriginalString));
        cluster.StartAgent("one", options: ["--status", $"{status}"]);
        cluster.StartAgent("two", options: ["--balancer", "off"]);
        var proxy = cluster.Track(RunningProcess.Start("haproxy", cluster.Directory.Path,
            ["lb", "haproxy", "--url", cluster.Silos[0].Url.OriginalString, "--config", cluster.Directory.Of("haproxy.cfg"), "--http", $"127.0.0.1:{haproxy}", "--service-ports", "none", "--admin", "none"]));
        try
        {
            await cluster.DeployAsync(App(port, "all", 2));
            var service = cluster.Client.Services.Get("web.all.marathon");
            await cluster.UntilAsync("two endpoints are ready", async () => (await service.GetAsync()).Endpoints.Count(endpoint => endpoint.State == "Ready") == 2);
            await cluster.UntilAsync("the agent has the address", async () => (await BalancerAsync(status)).Addresses.Any());
            await proxy.LineAsync(line => line.Contains("HAProxy runs with 1 backends", StringComparison.Ordinal), Cluster.Patience);
            var address = (await service.GetAsync()).VirtualAddresses.Single().Address!;
            await using var virtually = new Load(new Uri($"http://{address}:{port}/"));
            await using var yarp = new Load(new Uri($"http://127.0.0.1:{ingress}/"), "all.localhost");
            await using var old = new Load(new Uri($"http://127.0.0.1:{haproxy}/"), "all.localhost");
            Load[] all = [virtually, yarp, old];
            await GoOnAsync(all, "at the beginning");
            var app = cluster.Client.Apps.Get("/all/web");

            await cluster.SucceededAsync(await app.UpdateAsync(Json("""{"env":{"VERSION":"2"} }""")));
            await GoOnAsync(all, "over a rolling update");

            var canary = await app.UpdateAsync(Json("""{"env":{"VERSION":"3"},"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5,"canary":{"steps":[1],"promoteAfterSeconds":1,"traffic":[30]} } }"""));
            await cluster.SucceededAsync(canary);
            await GoOnAsync(all, "over a canary");

            await cluster.SucceededAsync(await app.UpdateAsync(Json("""{"instances":4,"upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5,"canary":null} }""")));
            await cluster.SucceededAsync(await app.UpdateAsync(Json("""{"instances":2}""")));
            await GoOnAsync(all, "over scaling up and down");

            // All instances on one agent, so that all of them have to move.
            await cluster.Client.Agents.Get("two").DrainAsync();
            await AllOnAsync(cluster, service, "one");
            await cluster.Client.Agents.Get("two").ReactivateAsync();
            await cluster.Client.Agents.Get("one").DrainAsync();
            await AllOnAsync(cluster, service, "two");
            await GoOnAsync(all, "over the drain of an agent that has all instances");
            await cluster.Client.Agents.Get("one").ReactivateAsync();

            var update = await app.UpdateAsync(Json("""{"env":{"VERSION":"4"} }"""));
            await cluster.Silos[1].Process.KillAsync();
            await virtually.UntilAsync(virtually.Answers + 100);
            await cluster.SucceededAsync(update);
            await cluster.UntilAsync("the agent's balancer follows another silo", async () => !(await BalancerAsync(status)).Stale);
            await GoOnAsync(all, "over the kill of a silo");
        }
        finally
        {
            // A HAProxy whose command is killed goes on.
            await proxy.TerminateAsync();
        }
    }

    private static readonly string[] Names = ["virtual address", "YARP", "HAProxy"];

    // Nobody waits for so long: an instance ends when all balancers say that nothing is under way there.
    private static string App(int port, string group, int instances) => $$"""
        {"id":"/{{group}}/web","cmd":"{{Server}}","cpus":0.1,"mem":32,"instances":{{instances}},"platform":{"drainSeconds":600},
         "portDefinitions":[{"port":0,"name":"http","labels":{"VIP_0":"/{{group}}/web:{{port}}"} }],"labels":{"HAPROXY_0_VHOST":"{{group}}.localhost"},
         "healthChecks":[{"protocol":"MESOS_TCP","portIndex":0,"gracePeriodSeconds":120,"intervalSeconds":1,"delaySeconds":0}],
         "upgradeStrategy":{"minimumHealthCapacity":1,"maximumOverCapacity":0.5} }
        """;

    private static async Task AllOnAsync(Cluster cluster, Client.Services.ServiceHandle service, string agent)
    {
        var id = (await cluster.Client.Agents.Get(agent).GetAsync()).Agent.Id;
        await cluster.UntilAsync($"all instances are on agent {agent}", async () =>
            (await service.GetAsync()).Endpoints is { Count: 2 } endpoints && endpoints.All(endpoint => endpoint.State == "Ready" && endpoint.AgentId == id));
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    /// <summary>Each has answered more, and none has failed.</summary>
    private static async Task GoOnAsync(Load[] all, string when)
    {
        foreach (var load in all)
            await load.UntilAsync(load.Answers + 50);
        all.SelectMany((load, i) => load.Failures.Select(failure => $"{Names[i]} {when}: {failure}")).ShouldBeEmpty();
    }

    private static async Task<Client.Services.Balancer> BalancerAsync(int status)
    {
        using var client = new PlatformClient(new() { Url = new Uri($"http://127.0.0.1:{status}"), Retries = 3 });
        return await client.Services.GetBalancerAsync();
    }

    /// <summary>Waits until the agent's own metric says so.</summary>
    private static async Task StaleAsync(int status, int wanted)
    {
        using var http = new HttpClient();
        var line = $"platform_registry_stale {wanted}";
        var text = "";
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < Cluster.Patience && !text.Split('\n').Contains(line); await Task.Delay(50))
            text = await http.GetStringAsync($"http://127.0.0.1:{status}/metrics/prometheus");
        text.Split('\n').ShouldContain(line);
    }

    private static string[] AskDns(int port, string name)
    {
        using var dig = Process.Start(new ProcessStartInfo("dig", ["@127.0.0.1", "-p", $"{port}", "+short", "+time=10", name]) { RedirectStandardOutput = true })!;
        var answer = dig.StandardOutput.ReadToEnd();
        dig.WaitForExit();
        return [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }
}
