using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Registry;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using static Platform.Grains.Tests.Registry.RegistryReading;

namespace Platform.Grains.Tests.Registry;

/// <summary>The registry as those who follow it see it.</summary>
public sealed class RegistryTests
{
    private static readonly AppSpec Web = new()
    {
        Id = "/shop/web",
        Cmd = "sleep 1000",
        Cpus = 0.1,
        Mem = 32,
        Instances = 2,
        PortDefinitions = [new() { Port = 10000, Name = "http" }],
    };

    [Fact]
    public async Task Instances_enter_when_they_run_and_leave_before_they_are_stopped()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);

        await cluster.PutAndWaitAsync(Web with { Extension = new() { DrainSeconds = 1000 } });
        var ready = await EndpointsAsync(registry, endpoints => endpoints.Count(endpoint => endpoint.State == EndpointState.Ready) == 2);
        ready.ShouldAllBe(endpoint => endpoint.Framework == "marathon" && endpoint.DiscoveryName == "web.shop" && endpoint.Ports[0].Name == "http" && endpoint.Ports[0].HostPort > 0);

        await cluster.App("/shop/web").KillAsync([ready[0].Id], wipe: false);
        var draining = await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.State == EndpointState.Draining));

        draining.Single(endpoint => endpoint.State == EndpointState.Draining).Id.ShouldBe(ready[0].Id);
        cluster.Agents[0].Running.ShouldContain(ready[0].Id);
    }

    [Fact]
    public async Task An_instance_ends_before_its_drain_time_when_all_who_follow_say_that_nothing_is_under_way_there()
    {
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1, options => options.Agents.UnreachableAfter = TimeSpan.FromDays(10), services => services.AddSingleton<TimeProvider>(time));
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var spec = Web with { Instances = 1, Labels = ValueMap.Create(("HAPROXY_0_VHOST", "web.test")), Extension = new() { DrainSeconds = 100_000 } };
        await cluster.PutAndWaitAsync(spec);
        var first = (await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]))[0].Id;
        // The registry is old enough to know who follows.
        time.Advance(TimeSpan.FromSeconds(10));
        var (one, two) = (Nobody(cluster), Nobody(cluster));
        await registry.FollowAsync(one, long.MaxValue, null);
        await registry.FollowAsync(two, long.MaxValue, null);

        await cluster.App("/shop/web").KillAsync([first], wipe: false);
        await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.State == EndpointState.Draining));
        await registry.FreeAsync(one, [first]);
        await registry.FreeAsync(two, ["another"]);
        (await registry.WhenFreeAsync([first], 1, TimeSpan.FromMilliseconds(1))).ShouldBeFalse();
        cluster.Agents[0].Running.ShouldContain(first);

        await registry.FreeAsync(two, [first]);
        await AppFixture.UntilAsync(() => Task.FromResult(!cluster.Agents[0].Running.Contains(first)), "it ends");

        // What is found by DNS alone may be in use by anybody: it has its time.
        await cluster.PutAndWaitAsync(spec with { Id = "/shop/plain", Labels = default });
        var plain = (await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.Owner == "app:/shop/plain"))).Single(endpoint => endpoint.Owner == "app:/shop/plain").Id;
        await cluster.App("/shop/plain").KillAsync([plain], wipe: false);
        await registry.FreeAsync(one, [plain]);
        await registry.FreeAsync(two, [plain]);
        await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.Id == plain && endpoint.State == EndpointState.Draining));
        cluster.Agents[0].Running.ShouldContain(plain);
    }

    [Fact]
    public async Task Labels_that_cannot_be_read_are_an_event_once_for_each_change_of_the_definition()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var spec = Web with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "not a host!")) };
        async Task<List<string>> ToldAsync() => [.. (await cluster.EventsAsync()).Where(told => told.Type == "label_warning_event").Select(told => told.Json)];
        var first = await cluster.PutAndWaitAsync(spec);
        await AppFixture.UntilAsync(async () => (await ToldAsync()).Count > 0, "it is told");
        var told = System.Text.Json.JsonDocument.Parse((await ToldAsync()).Single()).RootElement;
        (told.GetProperty("appId").GetString(), told.GetProperty("version").GetString()).ShouldBe(("/shop/web", first.Target.Version));
        told.GetProperty("warnings")[0].GetProperty("path").GetString().ShouldBe("/labels/HAPROXY_0_VHOST");
        told.GetProperty("warnings")[0].GetProperty("message").GetString()!.ShouldContain("write names such as");

        // Another number is no other definition; another label is, and one that is right is told nothing of.
        await cluster.PutAndWaitAsync(spec with { Instances = 3 });
        await cluster.PutAndWaitAsync(spec with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "nor this!")) });
        await AppFixture.UntilAsync(async () => (await ToldAsync()).Count > 1, "it is told again");
        await cluster.PutAndWaitAsync(spec with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "web.test")) });
        (await ToldAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Without_a_drain_time_an_instance_is_stopped_at_once_and_is_gone()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var status = await cluster.PutAndWaitAsync(Web);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 2);

        await cluster.App("/shop/web").KillAsync([status.Instances[0].TaskId], wipe: false);

        var endpoints = await EndpointsAsync(registry, now => now.Count == 2 && now.All(endpoint => endpoint.Id != status.Instances[0].TaskId));
        endpoints.ShouldAllBe(endpoint => endpoint.State == EndpointState.Ready);
    }

    [Fact]
    public async Task An_unhealthy_instance_waits()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await cluster.PutAndWaitAsync(Web with { HealthChecks = [new() { Protocol = "TCP", PortIndex = 0 }] });
        var all = await EndpointsAsync(registry, endpoints => endpoints.Count(endpoint => endpoint.State == EndpointState.Ready) == 2);

        await cluster.Agents[0].ReportAsync(all[0].Id, TaskState.Running, update => update with { Healthy = false });

        (await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.State == EndpointState.Waiting))).Single(endpoint => endpoint.State == EndpointState.Waiting).Id.ShouldBe(all[0].Id);
    }

    [Fact]
    public async Task After_a_crash_the_registry_has_heard_all_again()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Web);
        await cluster.Host.GetGrain<IServiceGrain>("db").RegisterAsync(new() { Id = "one", Address = "10.0.0.1", Ports = [new() { HostPort = 5432 }] });
        await EndpointsAsync(cluster.Host.GetGrain<IRegistryGrain>(0), endpoints => endpoints.Count == 3);

        await cluster.Host.CrashAsync();

        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Nobody(cluster), 0, null)).IsComplete, "the registry has heard all");
        var endpoints = await EndpointsAsync(registry, now => now.Count == 3);
        endpoints.Select(endpoint => endpoint.Owner).Distinct().Order().ShouldBe(["", "app:/shop/web"]);
    }

    [Fact]
    public async Task What_an_activation_died_without_telling_is_told_by_the_next_one()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await cluster.PutAndWaitAsync(Web with { Instances = 1 });
        var left = (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0];
        await cluster.PutAndWaitAsync(Web with { Instances = 0 });
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
        await registry.ApplyAsync([new() { Service = AppEndpoints.ServiceOf(Web.Id), Owner = left.Owner, To = 1, Set = [left] }]);
        (await EndpointsAsync(registry, endpoints => endpoints.Count == 1)).ShouldBe([left]);

        await cluster.App(Web.Id).AsReference<IGrainManagementExtension>().DeactivateOnIdle();

        await AppFixture.UntilAsync(async () => await cluster.App(Web.Id).GetStatusAsync() is not null && (await registry.ListAsync(null)).Lists.All(list => list.Set.IsEmpty), "it is told that there is nothing");
    }

    [Fact]
    public async Task An_app_that_is_removed_leaves_nothing()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await cluster.PutAndWaitAsync(Web);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 2);

        await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/shop/web", Kind = Core.Groups.AppChangeKind.Remove }] });

        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
        (await registry.ListAsync(null)).Lists.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_app_that_requests_wake_is_there_while_it_has_no_instances()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var sleeper = Web with { Instances = 0, Labels = ValueMap.Create(("INGRESS_0_HOST", "shop.test"), ("INGRESS_0_WAKE", "1")) };
        await cluster.PutAndWaitAsync(sleeper);
        var asleep = (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0];
        (asleep.State, asleep.Ports.Count, asleep.Ports[0].HostPort, asleep.TaskAddresses.Count).ShouldBe((EndpointState.Asleep, 1, 0, 0));

        await cluster.PutAndWaitAsync(sleeper with { Instances = 1 });
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]);
        await cluster.PutAndWaitAsync(sleeper);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Asleep }]);
    }

    [Fact]
    public async Task An_app_that_connections_wake_is_there_at_its_virtual_address()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await cluster.PutAndWaitAsync(Web with
        {
            Instances = 0,
            PortDefinitions = [new() { Port = 10000, Labels = ValueMap.Create(("VIP_0", "/shop/web:80")) }],
            Labels = ValueMap.Create(("INGRESS_0_WAKE", "3")),
        });

        var asleep = (await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Asleep }]))[0];
        Sleeper.Of(asleep, 0, "web.shop.marathon").ShouldBe(new Sleeper("web.shop.marathon", "/shop/web", 3));
    }

    [Fact]
    public async Task New_instances_have_the_share_of_their_canary_step_and_none_after_it()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var spec = Web with { Extension = new() { Canary = new() { Steps = ["1"], Traffic = [5] } } };
        await cluster.PutAndWaitAsync(spec);

        await cluster.PutAsync(spec with { Cmd = "sleep 2000" });
        var during = await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint.Share is not null));
        during.ShouldContain(endpoint => endpoint.Share == 5);
        during.ShouldContain(endpoint => endpoint.Share == null);

        await cluster.App("/shop/web").PromoteAsync(force: true);
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        (await EndpointsAsync(registry, endpoints => endpoints.Count == 2)).ShouldAllBe(endpoint => endpoint.Share == null);
    }

    [Fact]
    public async Task A_follower_reads_every_change_in_order_and_is_told_when_it_is_too_far_behind()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.Registry.KeptChanges = 100);
        var registry = host.GetGrain<IRegistryGrain>(0);
        (await registry.ReadAsync(0, 0)).ShouldBeNull();
        var start = await registry.FollowAsync(host.GrainFactory.CreateObjectReference<IRegistryObserver>(new Quiet()), 0, null);
        for (var i = 1; i <= 90; i++)
            (await registry.ApplyAsync([Change(i)])).Missing.ShouldBeEmpty();

        var read = await registry.ReadAsync(start.Run, start.Index);
        read!.Changes.Select(change => change.To).ShouldBe(Enumerable.Range(1, 90).Select(i => (long)i));
        (read.Index, read.Last).ShouldBe((start.Index + 90, start.Index + 90));

        for (var i = 91; i <= 150; i++)
            await registry.ApplyAsync([Change(i)]);
        (await registry.ReadAsync(start.Run, start.Index)).ShouldBeNull();
        (await registry.ReadAsync(start.Run, start.Index + 100))!.Changes.Count.ShouldBe(50);
        (await registry.ReadAsync(start.Run + 1, start.Index + 100)).ShouldBeNull();
        // One that is missing is asked for, and the whole mends it.
        (await registry.ApplyAsync([Change(200)])).Missing.ShouldHaveSingleItem().ShouldBe("s");
        (await registry.ApplyAsync([Change(200) with { From = null }])).Missing.ShouldBeEmpty();
    }

    private static EndpointChange Change(int i) => new()
    {
        Service = "s",
        Owner = "o",
        From = i - 1,
        To = i,
        Set = [new() { Id = $"e{i % 7}", Framework = "f", Version = $"{i}" }],
    };
}
