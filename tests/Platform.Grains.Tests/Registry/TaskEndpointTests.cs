using Platform.Contracts.Frameworks;
using Platform.Contracts.Registry;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Jobs;
using static Platform.Grains.Tests.Registry.RegistryReading;

namespace Platform.Grains.Tests.Registry;

/// <summary>Tasks of jobs and of frameworks in the registry.</summary>
public sealed class TaskEndpointTests
{
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
                        // Without ports and a name to be discovered by it has an address all the same.
                        Launch("three", new() { Name = "three" }),
                        Launch("four", null),
                    ],
                },
            ],
        });

        await EndpointsAsync(registry, endpoints => endpoints is [{ Id: "one", State: EndpointState.Ready }, { Id: "three", State: EndpointState.Ready }, { Id: "two", State: EndpointState.Ready }]);
        (await registry.ListAsync(null)).Lists.Select(list => $"{list.Service} {list.Owner}").ShouldBe(["broker.data.kafka framework:f-1", "three.kafka framework:f-1", "two.kafka framework:f-1"]);

        await cluster.Host.CrashAsync();
        registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Nobody(cluster), 0, null)).IsComplete, "the registry has heard all");
        // It is complete only when all services of the framework were told.
        (await EndpointsAsync(registry, _ => true)).Select(endpoint => endpoint.Id).ShouldBe(["one", "three", "two"]);

        await cluster.Agents[0].DialAsync();
        await cluster.Agents[0].ReportAsync(cluster.Agents[0].Running.Single(id => id.StartsWith("one.", StringComparison.Ordinal)), TaskState.Failed);
        await EndpointsAsync(registry, endpoints => endpoints is [{ Id: "three" }, { Id: "two" }]);
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
}
