using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Jobs;
using Platform.Client.Pods;
using Platform.Testing;

namespace Platform.Client.Tests.Builders;

/// <summary>What builders make is what the control plane takes, and means what they say.</summary>
public sealed class BuilderTests
{
    [Fact]
    public async Task An_app_with_everything_is_taken_without_a_remark_and_kept_as_it_was_said()
    {
        await using var platform = await TestPlatform.StartAsync();
        await platform.Client.Apps.CreateAsync(new AppBuilder("/shop/db").Command("sleep 1000").Resources(0.1, 32).Build());
        var definition = new AppBuilder("/shop/web").Command("exec serve $PORT_HTTP").Instances(2).Resources(cpus: 0.1, mem: 32, disk: 10)
            .Env("GREETING", "hello").Label("tier", "web").Constraint("hostname", "LIKE", ".*").Port("admin").Port("http", 0)
            .HttpCheck("/health", "http", interval: TimeSpan.FromSeconds(5), gracePeriod: TimeSpan.FromSeconds(20), maxFailures: 2)
            .TcpCheck("admin", timeout: TimeSpan.FromSeconds(4)).CommandCheck("true").DependsOn("/shop/db").Upgrade(0.5, 0.25).Set("backoffSeconds", 2).Build();
        var deployment = await platform.Client.Apps.CreateAsync(definition);

        deployment.Warnings.ShouldBeEmpty();
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        var kept = await platform.Client.Apps.Get("/shop/web").GetJsonAsync();
        ((int)kept["instances"]!).ShouldBe(2);
        ((double)kept["disk"]!).ShouldBe(10);
        ((string)kept["env"]!["GREETING"]!).ShouldBe("hello");
        ((string)kept["labels"]!["tier"]!).ShouldBe("web");
        kept["constraints"]!.ToJsonString().ShouldBe("""[["hostname","LIKE",".*"]]""");
        kept["portDefinitions"]!.AsArray().Select(port => (string)port!["name"]!).ShouldBe(["admin", "http"]);
        kept["healthChecks"]!.AsArray().Select(check => $"{check!["protocol"]} {check["portIndex"]} {check["path"]} {check["intervalSeconds"]} {check["gracePeriodSeconds"]} {check["timeoutSeconds"]} {check["maxConsecutiveFailures"]} {check["command"]?["value"]}")
            .ShouldBe(["HTTP 1 /health 5 20 20 2 ", "TCP 0  60 300 4 3 ", "COMMAND   60 300 20 3 true"]);
        kept["dependencies"]!.ToJsonString().ShouldBe("""["/shop/db"]""");
        ((double)kept["upgradeStrategy"]!["maximumOverCapacity"]!).ShouldBe(0.25);
        ((double)kept["backoffSeconds"]!).ShouldBe(2);
    }

    [Fact]
    public async Task Apps_in_containers_with_volumes_are_taken_without_a_remark()
    {
        await using var platform = await TestPlatform.StartAsync();
        var container = await platform.Client.Apps.CreateAsync(new AppBuilder("/image").Image("nginx:1.27").Arguments("nginx", "-g", "daemon off;").ContainerPort(80, "http")
            .HttpCheck().HostVolume("/srv/site", "/usr/share/nginx/html", readOnly: true).Instances(0).Build());
        container.Warnings.ShouldBeEmpty();
        var kept = (await platform.Client.Apps.Get("/image").GetJsonAsync())["container"]!;
        ((string)kept["docker"]!["image"]!).ShouldBe("nginx:1.27");
        ((int)kept["portMappings"]![0]!["containerPort"]!).ShouldBe(80);
        ((string)kept["volumes"]![0]!["mode"]!).ShouldBe("RO");

        var stays = await platform.Client.Apps.CreateAsync(new AppBuilder("/stays").Command("sleep 1000").Resources(0.1, 32).PersistentVolume("data", 10).Build());
        stays.Warnings.ShouldBeEmpty();
        (await stays.WaitAsync()).Succeeded.ShouldBe(true);
    }

    [Fact]
    public void A_check_of_a_port_that_is_not_there_is_refused_with_those_that_are() =>
        Should.Throw<ArgumentException>(() => new AppBuilder("/web").Port("http").HttpCheck("/", "admin")).Message.ShouldContain("there are http");

    [Fact]
    public async Task A_pod_shares_its_volume_and_is_kept_as_it_was_said()
    {
        await using var platform = await TestPlatform.StartAsync();
        var deployment = await platform.Client.Pods.CreateAsync(new PodBuilder("/site")
            .Container("web", it => it.Command("exec serve").Resources(0.1, 32).Endpoint("http").HttpCheck("http", "/ok", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2)).Mount("pages", "www").Env("A", "b"))
            .Container("writer", it => it.Arguments("write", "www").Resources(0.1, 16, 5).Mount("pages", "www"))
            .Volume("pages").Env("SHARED", "1").Label("tier", "web").Network("host").Instances(2).Build());
        deployment.Warnings.ShouldBeEmpty();
        (await deployment.WaitAsync()).Succeeded.ShouldBe(true);
        var pod = await platform.Client.Pods.Get("/site").GetAsync();
        pod.Instances.Count.ShouldBe(2);
        pod.Instances[0].Containers.Select(container => container.Name).ShouldBe(["web", "writer"], ignoreOrder: true);
        (pod.Spec.More!["containers"][1].GetProperty("exec").GetProperty("command").GetProperty("argv")[1].GetString()).ShouldBe("www");
    }

    [Fact]
    public async Task A_job_with_everything_is_kept_as_it_was_said()
    {
        await using var platform = await TestPlatform.StartAsync();
        var nightly = await platform.Client.Jobs.CreateAsync(new JobBuilder("nightly").Description("Every night").Command("make report").Schedule("30 2 * * *", "Europe/Berlin", "skip")
            .Resources(0.2, 64, 5).Env("A", "b").Label("team", "blue").Constraint("rack", "IS", "a").Timeout(TimeSpan.FromMinutes(5)).Concurrency("forbid").Array(1, 9, 3)
            .Retry(3, TimeSpan.FromSeconds(30)).OnEvent("deployment_success", ("plan.version", "x")).LateAfter(TimeSpan.FromMinutes(2)).Set("keptRuns", 7).Build());
        await platform.Client.Jobs.CreateAsync(new JobBuilder("send").Arguments("send", "--all").Image("busybox:1.36").After("nightly").When("done").Build());

        var spec = (await nightly.GetAsync()).Spec;
        ((string)spec["schedule"]!["zone"]!).ShouldBe("Europe/Berlin");
        ((string)spec["schedule"]!["catchUp"]!).ShouldBe("skip");
        ((double)spec["task"]!["timeoutSeconds"]!).ShouldBe(300);
        ((double)spec["task"]!["cpus"]!).ShouldBe(0.2);
        spec["task"]!["constraints"]!.ToJsonString().ShouldBe("""[["rack","IS","a"]]""");
        ((string)spec["concurrency"]!).ShouldBe("forbid");
        ((int)spec["array"]!["parallelism"]!).ShouldBe(3);
        ((double)spec["retry"]!["backoffSeconds"]!).ShouldBe(30);
        ((string)spec["triggers"]![0]!["match"]!["plan.version"]!).ShouldBe("x");
        ((double)spec["lateAfterSeconds"]!).ShouldBe(120);
        ((int)spec["keptRuns"]!).ShouldBe(7);
        var follows = (await platform.Client.Jobs.Get("send").GetAsync()).Spec;
        ((string)follows["condition"]!).ShouldBe("done");
        ((string)follows["task"]!["args"]![1]!).ShouldBe("--all");
        ((string)follows["task"]!["image"]!).ShouldBe("busybox:1.36");
    }

    [Fact]
    public void What_was_built_does_not_change_with_its_builder()
    {
        var builder = new AppBuilder("/web").Env("A", "1");
        var first = builder.Build();
        builder.Env("A", "2").Set("cpus", 3);

        first.ToJsonString().ShouldBe("""{"id":"/web","env":{"A":"1"}}""");
        ((JsonNode?)builder.Build()["cpus"])!.GetValue<int>().ShouldBe(3);
    }
}
