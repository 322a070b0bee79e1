using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Registry;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Registry;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using Platform.Grains.Tests.Jobs;

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

        await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/shop/web", Kind = Contracts.Apps.AppChangeKind.Remove }] });

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

    [Fact]
    public async Task What_was_registered_from_outside_goes_when_it_is_silent_for_its_time()
    {
        await using var host = await ControlPlaneHost.StartAsync(options => options.Registry.AskAgain = TimeSpan.FromMilliseconds(100));
        var (service, registry) = (host.GetGrain<IServiceGrain>("db"), host.GetGrain<IRegistryGrain>(0));
        await service.RegisterAsync(new() { Id = "silent", Address = "10.0.0.1", TtlSeconds = 1 });
        await service.RegisterAsync(new() { Id = "stays", Address = "10.0.0.2" });
        (await EndpointsAsync(registry, endpoints => endpoints.Count == 2)).ShouldAllBe(endpoint => endpoint.Framework == "service");
        (await service.HeartbeatAsync("silent")).ShouldBeTrue();
        (await service.HeartbeatAsync("nobody")).ShouldBeFalse();

        (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0].Id.ShouldBe("stays");

        (await service.DeregisterAsync("stays")).ShouldBeTrue();
        (await service.DeregisterAsync("stays")).ShouldBeFalse();
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
    }

    [Fact]
    public async Task Tasks_of_a_job_are_there_while_they_run_if_they_have_ports()
    {
        await using var jobs = await JobFixture.StartAsync(agents: 1);
        var (cluster, registry) = (jobs.Cluster, jobs.Cluster.Host.GetGrain<IRegistryGrain>(0));
        var spec = JobFixture.Spec("reports.daily");
        var job = await jobs.PutAsync(spec with { Task = spec.Task with { Ports = 2 }, Labels = ValueMap.Create(("team", "red")) });
        var silent = await jobs.PutAsync(JobFixture.Spec("silent"));
        await silent.StartAsync(default, default);
        await job.StartAsync(default, default);

        var endpoint = (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0];
        (endpoint.Framework, endpoint.DiscoveryName, endpoint.Owner, endpoint.State, endpoint.Ports.Count, endpoint.Labels["team"]).ShouldBe(
            ("metronome", "reports.daily", "job:reports.daily", EndpointState.Ready, 2, "red"));
        (await registry.ListAsync(null)).Lists.ShouldHaveSingleItem().Service.ShouldBe("reports.daily.metronome");

        // Also after the registry, and the job, have begun anew.
        await cluster.Host.CrashAsync();
        registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Nobody(cluster), 0, null)).IsComplete, "the registry has heard all");
        (await EndpointsAsync(registry, endpoints => endpoints.Count == 1))[0].Id.ShouldBe(endpoint.Id);

        await cluster.Agents[0].DialAsync();
        await cluster.Agents[0].ReportAsync(endpoint.Id, TaskState.Finished);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
    }

    [Fact]
    public async Task A_task_of_a_job_that_is_stopped_leaves_before_it_is_killed()
    {
        await using var jobs = await JobFixture.StartAsync(agents: 1);
        var (cluster, registry) = (jobs.Cluster, jobs.Cluster.Host.GetGrain<IRegistryGrain>(0));
        var spec = JobFixture.Spec("reports");
        var job = await jobs.PutAsync(spec with
        {
            Task = spec.Task with { Ports = 2, NamedPorts = [new() { Name = "http", Labels = ValueMap.Create(("VIP_0", "/reports:80")) }] },
        });
        var run = await job.StartAsync(default, default);
        var ready = (await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]))[0];
        (ready.Ports[0].Name, ready.Ports[0].Labels["VIP_0"], ready.Ports[1].Name).ShouldBe(("http", "/reports:80", null));
        // One that follows and has not taken the change over yet.
        var follower = Nobody(cluster);
        var before = await registry.FollowAsync(follower, 0, null);

        (await job.StopAsync(run!.Run.RunId, "enough")).ShouldBe(1);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Draining }]);
        cluster.Agents[0].Running.ShouldContain(ready.Id);

        var now = await registry.FollowAsync(follower, before.Index, null);
        now.Index.ShouldBeGreaterThan(before.Index);
        cluster.Agents[0].Running.ShouldContain(ready.Id);
        await registry.FollowAsync(follower, now.Index, null);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
        cluster.Agents[0].Running.ShouldNotContain(ready.Id);
    }

    [Fact]
    public async Task A_task_of_a_framework_that_is_killed_leaves_first_if_connections_are_balanced_to_it()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-2");
        var events = new Events();
        (await framework.SubscribeAsync(new() { Name = "Kafka", FailoverTimeoutSeconds = 1000 }, "stream", cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events))).ShouldBeNull();
        var offer = await events.OfferAsync();
        FrameworkLaunch Launch(string id, int port, ValueMap<string> labels) => new()
        {
            TaskId = id,
            AgentId = offer.AgentId,
            Discovery = new() { Name = id, Ports = [new() { HostPort = port, Labels = labels }] },
            Task = new() { TaskId = id, Name = id, Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } },
        };
        await framework.AcceptAsync("stream", new()
        {
            OfferIds = [offer.Id],
            Operations = [new() { Launches = [Launch("balanced", 31005, ValueMap.Create(("VIP_0", "/broker:9092"))), Launch("plain", 31006, default)] }],
        });
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }, { State: EndpointState.Ready }]);

        await framework.KillAsync("stream", "balanced", null, null);
        await framework.KillAsync("stream", "plain", null, null);

        await EndpointsAsync(registry, endpoints => endpoints is [{ Id: "balanced", State: EndpointState.Draining }]);
        cluster.Agents[0].Running.ShouldContain(id => id.StartsWith("balanced.", StringComparison.Ordinal));
        // When its time is over it is killed.
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
        cluster.Agents[0].Running.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tasks_of_a_framework_are_found_under_the_names_that_they_ask_for()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-1");
        var events = new Events();
        var stream = cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events);
        (await framework.SubscribeAsync(new() { Name = "Kafka", FailoverTimeoutSeconds = 1000 }, "stream", stream)).ShouldBeNull();
        var offer = await events.OfferAsync();
        FrameworkLaunch Launch(string id, FrameworkDiscovery? discovery) => new()
        {
            TaskId = id,
            AgentId = offer.AgentId,
            Discovery = discovery,
            Task = new() { TaskId = id, Name = id, Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } },
        };
        await framework.AcceptAsync("stream", new()
        {
            OfferIds = [offer.Id],
            Operations =
            [
                new()
                {
                    Launches =
                    [
                        Launch("one", new() { Name = "one", DiscoveryName = "broker.data", Ports = [new() { Name = "client", HostPort = 31005 }] }),
                        Launch("two", new() { Name = "two", Ports = [new() { HostPort = 31006 }] }),
                        Launch("three", null),
                    ],
                },
            ],
        });

        await EndpointsAsync(registry, endpoints => endpoints is [{ Id: "one", State: EndpointState.Ready }, { Id: "two", State: EndpointState.Ready }]);
        (await registry.ListAsync(null)).Lists.Select(list => $"{list.Service} {list.Owner}").ShouldBe(["broker.data.kafka framework:f-1", "two.kafka framework:f-1"]);

        await cluster.Host.CrashAsync();
        registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Nobody(cluster), 0, null)).IsComplete, "the registry has heard all");
        // It is complete only when all services of the framework were told.
        (await EndpointsAsync(registry, _ => true)).Select(endpoint => endpoint.Id).ShouldBe(["one", "two"]);

        await cluster.Agents[0].DialAsync();
        await cluster.Agents[0].ReportAsync(cluster.Agents[0].Running.Single(id => id.StartsWith("one.", StringComparison.Ordinal)), TaskState.Failed);
        await EndpointsAsync(registry, endpoints => endpoints is [{ Id: "two" }]);
    }

    [Fact]
    public async Task What_was_registered_from_outside_with_a_check_is_found_while_that_passes()
    {
        var probe = new ScriptedProbe { Problem = "closed" };
        await using var host = await ControlPlaneHost.StartAsync(services: services => services.AddSingleton<IInstanceProbe>(probe));
        var (service, registry) = (host.GetGrain<IServiceGrain>("db"), host.GetGrain<IRegistryGrain>(0));
        var registration = new ServiceRegistration { Id = "one", Address = "10.0.0.1", Check = new() { Port = 5432, IntervalSeconds = 0, Failures = 2 } };
        await service.RegisterAsync(registration);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: "closed" }]);

        probe.Problem = null;
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready, Problem: null }]);
        (await service.GetRegistrationsAsync())[0].Health!.IsHealthy.ShouldBe(true);
        // To register it again, as it is, changes nothing; a new activation begins with what was known.
        await service.RegisterAsync(registration);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]);
        probe.Hold();
        await host.CrashAsync();
        registry = host.GetGrain<IRegistryGrain>(0);
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Ready }]);

        probe.Problem = "gone";
        probe.Release();
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: "gone" }]);
        // Another address is another instance, of which nothing is known.
        probe.Hold();
        await host.GetGrain<IServiceGrain>("db").RegisterAsync(registration with { Address = "10.0.0.2" });
        await EndpointsAsync(registry, endpoints => endpoints is [{ State: EndpointState.Waiting, Problem: null }]);
        probe.Release();
    }

    private static EndpointChange Change(int i) => new()
    {
        Service = "s",
        Owner = "o",
        From = i - 1,
        To = i,
        Set = [new() { Id = $"e{i % 7}", Framework = "f", Version = $"{i}" }],
    };

    private static async Task<IReadOnlyList<ServiceEndpoint>> EndpointsAsync(IRegistryGrain registry, Func<IReadOnlyList<ServiceEndpoint>, bool> reached)
    {
        IReadOnlyList<ServiceEndpoint> endpoints = [];
        await AppFixture.UntilAsync(async () =>
        {
            var page = await registry.ListAsync(null);
            endpoints = [.. page.Lists.SelectMany(list => (IEnumerable<ServiceEndpoint>)list.Set).OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal)];
            return reached(endpoints);
        }, "the registry has what is wanted");
        return endpoints;
    }

    private static IRegistryObserver Nobody(AppFixture cluster) => cluster.Host.GrainFactory.CreateObjectReference<IRegistryObserver>(new Quiet());

    private sealed class Quiet : IRegistryObserver
    {
        public Task ChangedAsync(long index) => Task.CompletedTask;
    }

    private sealed class Events : IFrameworkStream
    {
        private readonly TaskCompletionSource<Offer> _offer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<Offer> OfferAsync() => _offer.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public Task SendAsync(ValueList<FrameworkEvent> events)
        {
            foreach (var offer in events.SelectMany(told => (IEnumerable<Offer>)told.Offers))
                _offer.TrySetResult(offer);
            return Task.CompletedTask;
        }

        public Task CloseAsync(string error) => Task.CompletedTask;
    }

    /// <summary>Says what the test says, once it lets it.</summary>
    private sealed class ScriptedProbe : IInstanceProbe
    {
        private volatile TaskCompletionSource _held = Open();

        internal string? Problem { get; set; }

        internal void Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void Release() => _held.TrySetResult();

        public async Task<string?> LookAsync(string address, InstanceCheck check, CancellationToken cancellationToken)
        {
            await _held.Task.WaitAsync(cancellationToken);
            return Problem;
        }

        private static TaskCompletionSource Open()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
