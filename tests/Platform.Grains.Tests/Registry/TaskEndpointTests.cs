using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Registry;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Frameworks;
using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using Platform.Grains.Tests.Jobs;
using static Platform.Grains.Tests.Registry.RegistryReading;

namespace Platform.Grains.Tests.Registry;

/// <summary>Tasks of jobs and of frameworks in the registry.</summary>
public sealed class TaskEndpointTests
{
    [Fact]
    public async Task Tasks_of_jobs_are_there_while_they_run_with_ports_and_without()
    {
        await using var jobs = await JobFixture.StartAsync(agents: 1);
        var (cluster, registry) = (jobs.Cluster, jobs.Cluster.Host.GetGrain<IRegistryGrain>(0));
        var spec = JobFixture.Spec("reports.daily");
        var job = await jobs.PutAsync(spec with { Task = spec.Task with { Ports = 2 }, Labels = ValueMap.Create(("team", "red")) });
        var silent = await jobs.PutAsync(JobFixture.Spec("silent"));
        await silent.StartAsync(default, default);
        await job.StartAsync(default, default);

        var endpoints = await EndpointsAsync(registry, endpoints => endpoints.Count == 2);
        var endpoint = endpoints.Single(endpoint => endpoint.Name == "reports.daily");
        (endpoint.Framework, endpoint.DiscoveryName, endpoint.Owner, endpoint.State, endpoint.Ports.Count, endpoint.Labels["team"]).ShouldBe(
            ("metronome", "reports.daily", "job:reports.daily", EndpointState.Ready, 2, "red"));
        var plain = endpoints.Single(endpoint => endpoint.Name == "silent");
        (plain.Framework, plain.DiscoveryName, plain.Owner, plain.State, plain.Ports.Count).ShouldBe(("metronome", "silent", "job:silent", EndpointState.Ready, 0));
        (await registry.ListAsync(null)).Lists.Select(list => list.Service).ShouldBe(["reports.daily.metronome", "silent.metronome"]);
        // What is asked because it goes on need not be written down.
        (await cluster.Host.GrainFactory.ListAsync(DirectoryKinds.EndpointJobs)).ShouldBe(["reports.daily"]);

        // A registry that begins anew asks both.
        var before = await registry.FollowAsync(Nobody(cluster), 0, null);
        await registry.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        await AppFixture.UntilAsync(async () => await registry.FollowAsync(Nobody(cluster), 0, null) is { IsComplete: true } now && now.Run != before.Run, "the new registry has heard all");
        (await EndpointsAsync(registry, _ => true)).Select(known => known.Id).ShouldBe(endpoints.Select(known => known.Id));

        // Also after the jobs have begun anew with it.
        await cluster.Host.CrashAsync();
        registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Nobody(cluster), 0, null)).IsComplete, "the registry has heard all");
        // It is complete only when those without ports were told, too.
        (await EndpointsAsync(registry, _ => true)).Select(known => known.Id).ShouldBe(endpoints.Select(known => known.Id));

        await cluster.Agents[0].DialAsync();
        await cluster.Agents[0].ReportAsync(endpoint.Id, TaskState.Finished);
        await cluster.Agents[0].ReportAsync(plain.Id, TaskState.Finished);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
        // A service of which nothing is left is forgotten.
        (await registry.ListAsync(null)).Lists.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_of_a_job_without_ports_is_killed_at_once_whatever_its_labels()
    {
        // A drain would wait for this clock.
        var time = new SteppedTime();
        await using var jobs = await JobFixture.StartAsync(agents: 1, services => services.AddSingleton<TimeProvider>(time));
        var (cluster, registry) = (jobs.Cluster, jobs.Cluster.Host.GetGrain<IRegistryGrain>(0));
        var job = await jobs.PutAsync(JobFixture.Spec("silent") with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "silent.test")) });
        var run = await job.StartAsync(default, default);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 1);

        (await job.StopAsync(run!.Run.RunId, "enough")).ShouldBe(1);

        await jobs.UntilAsync("silent", run.Run.RunId, status => status.Run.Phase == RunPhase.Stopped, "it is stopped");
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
    }

    [Fact]
    public async Task Many_jobs_without_ports_are_told_of_in_few_calls()
    {
        const int Many = 200;
        var calls = new RegistryCalls();
        await using var jobs = await JobFixture.StartAsync(agents: 1, services => services.AddSingleton<IIncomingGrainCallFilter>(calls));
        var (cluster, registry) = (jobs.Cluster, jobs.Cluster.Host.GetGrain<IRegistryGrain>(0));
        var spec = JobFixture.Spec("many") with { Task = JobFixture.Spec("many").Task with { Cpus = 0.001, Mem = 1 } };
        await Task.WhenAll(Enumerable.Range(0, Many).Select(async i => await (await jobs.PutAsync(spec with { Id = $"many.{i}" })).StartAsync(default, default)));

        var endpoints = await EndpointsAsync(registry, endpoints => endpoints.Count == Many);
        await Task.WhenAll(endpoints.Select(endpoint => cluster.Agents[0].ReportAsync(endpoint.Id, TaskState.Finished)));
        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);

        // One call for each would be twice as many as there are jobs.
        calls.Count.ShouldBeLessThan(Many);
        (await cluster.Host.GrainFactory.ListAsync(DirectoryKinds.EndpointJobs)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_goes_on_and_has_begun_anew_tells_that_what_was_known_of_it_has_ended()
    {
        // Its run waits for room.
        await using var jobs = await JobFixture.StartAsync(agents: 0);
        var registry = jobs.Cluster.Host.GetGrain<IRegistryGrain>(0);
        var job = await jobs.PutAsync(JobFixture.Spec("silent"));
        await job.StartAsync(default, default);
        await registry.ApplyAsync([ToldBefore("silent")]);

        await job.AsReference<IGrainManagementExtension>().DeactivateOnIdle();
        (await job.GetHistoryAsync(1)).ShouldBeEmpty();

        await EndpointsAsync(registry, endpoints => endpoints.Count == 0);
    }

    [Fact]
    public async Task A_job_whose_timer_thinks_that_it_goes_on_tells_that_what_was_known_of_it_has_ended()
    {
        await using var jobs = await JobFixture.StartAsync(agents: 0);
        var registry = jobs.Cluster.Host.GetGrain<IRegistryGrain>(0);
        var job = await jobs.PutAsync(JobFixture.Spec("silent"));
        await registry.ApplyAsync([ToldBefore("silent")]);

        await job.DueAsync(new() { Live = true });

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
    public async Task Tasks_in_an_executor_leave_before_they_or_their_executor_are_killed_if_connections_are_balanced_to_them()
    {
        // Drain times pass on this clock only.
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(agents: 1, services: services => services.AddSingleton<TimeProvider>(time));
        var (agent, registry) = (cluster.Agents[0], cluster.Host.GetGrain<IRegistryGrain>(0));
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-4");
        var events = new Events();
        var stream = cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events);
        (await framework.SubscribeAsync(new() { Name = "Kafka", FailoverTimeoutSeconds = 1000 }, "stream", stream)).ShouldBeNull();
        var offer = await events.OfferAsync();
        TaskSpec Spec(string id) => new() { TaskId = id, Name = id, Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } };
        FrameworkLaunch Launch(string id, string executor, ValueMap<string> labels) => new()
        {
            TaskId = id,
            AgentId = offer.AgentId,
            ExecutorId = executor,
            Discovery = new() { Name = id, Ports = [new() { HostPort = 31005, Labels = labels }] },
            Task = Spec(id),
            Executor = Spec(executor) with { Executor = new() { FrameworkId = "", ExecutorId = executor } },
        };
        FrameworkLaunch Plain(string id) => Launch(id, "", default) with { Executor = null };
        var balanced = ValueMap.Create(("VIP_0", "/broker:9092"));
        await framework.AcceptAsync("stream", new()
        {
            OfferIds = [offer.Id],
            Operations = [new() { Launches = [Launch("one", "busy", balanced), Launch("two", "busy", balanced), Launch("three", "plain", default), Plain("after one"), Plain("after two")] }],
        });
        bool Runs(string name) => agent.Running.Any(id => id.StartsWith(name + ".", StringComparison.Ordinal));
        async Task UntilEndedAsync(string name) => await AppFixture.UntilAsync(
            async () =>
            {
                // Much of it may pass before the drain has begun: neither the agent nor the scheduler is silent meanwhile.
                time.Advance(TimeSpan.FromSeconds(1));
                await agent.BeatAsync(0.1, 1_000_000);
                (await framework.RenewAsync("stream", long.MaxValue, stream)).ShouldBeTrue();
                return !Runs(name);
            },
            name + " has ended");
        // What was sent to the agent before is there when this has ended.
        async Task UntilHeardAsync(string last)
        {
            (await framework.KillAsync("stream", last, null, null)).ShouldBe(FrameworkReply.Taken);
            await AppFixture.UntilAsync(() => Task.FromResult(!Runs(last)), last + " has ended");
        }
        await EndpointsAsync(registry, endpoints => endpoints.Count == 5 && endpoints.All(endpoint => endpoint.State == EndpointState.Ready));

        // Whom nothing is balanced to has nothing to wait for.
        await framework.ShutdownAsync("stream", "plain", offer.AgentId);
        await AppFixture.UntilAsync(() => Task.FromResult(!Runs("plain")), "the plain executor has ended");

        (await framework.KillAsync("stream", "one", null, null)).ShouldBe(FrameworkReply.Taken);
        await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint is { Id: "one", State: EndpointState.Draining }));
        await UntilHeardAsync("after one");
        (Runs("one"), Runs("two"), Runs("busy")).ShouldBe((true, true, true));
        await UntilEndedAsync("one");
        (Runs("two"), Runs("busy")).ShouldBe((true, true));

        (await framework.ShutdownAsync("stream", "busy", offer.AgentId)).ShouldBe(FrameworkReply.Taken);
        await EndpointsAsync(registry, endpoints => endpoints.Any(endpoint => endpoint is { Id: "two", State: EndpointState.Draining }));
        await UntilHeardAsync("after two");
        Runs("busy").ShouldBeTrue();
        await UntilEndedAsync("busy");
        // How it ends its tasks is its own matter.
        Runs("two").ShouldBeTrue();
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

    [Fact]
    public async Task Labels_of_tasks_of_frameworks_that_cannot_be_read_are_an_event_once_for_all_tasks_of_a_name()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-3");
        var events = new Events();
        (await framework.SubscribeAsync(new() { Name = "Kafka", FailoverTimeoutSeconds = 1000 }, "stream", cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events))).ShouldBeNull();
        var offer = await events.OfferAsync();
        FrameworkLaunch Launch(string id, string name, string host) => new()
        {
            TaskId = id,
            AgentId = offer.AgentId,
            Discovery = new() { Name = name, Ports = [new() { HostPort = 31005 }], Labels = ValueMap.Create(("HAPROXY_0_VHOST", host)) },
            Task = new() { TaskId = id, Name = name, Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } },
        };
        await framework.AcceptAsync("stream", new()
        {
            OfferIds = [offer.Id],
            Operations = [new() { Launches = [Launch("1", "broker", "not a host!"), Launch("2", "broker", "not a host!"), Launch("3", "ui", "kafka.test"), Launch("4", "proxy", "nor this!")] }],
        });
        async Task<List<string>> ToldAsync() => [.. (await cluster.EventsAsync()).Where(told => told.Type == "framework_label_warning_event").Select(told => told.Json)];
        await EndpointsAsync(registry, endpoints => endpoints.Count == 4);
        await AppFixture.UntilAsync(async () => (await ToldAsync()).Count == 2, "both names are told of");

        // Neither an update of a task that runs nor a new activation tells anew.
        await cluster.Host.CrashAsync();
        registry = cluster.Host.GetGrain<IRegistryGrain>(0);
        await cluster.Agents[0].DialAsync();
        await EndpointsAsync(registry, endpoints => endpoints.Count == 4);
        await cluster.Agents[0].ReportAsync(cluster.Agents[0].Running.Single(id => id.StartsWith("1.", StringComparison.Ordinal)), TaskState.Failed);
        await EndpointsAsync(registry, endpoints => endpoints.Count == 3);
        var told = (await ToldAsync()).Select(json => System.Text.Json.JsonDocument.Parse(json).RootElement).OrderBy(json => json.GetProperty("task").GetString()).ToList();
        told.Select(json => json.GetProperty("task").GetString()).ShouldBe(["broker", "proxy"]);
        (told[0].GetProperty("frameworkId").GetString(), told[0].GetProperty("name").GetString()).ShouldBe(("f-3", "Kafka"));
        told[0].GetProperty("warnings")[0].GetProperty("path").GetString().ShouldBe("/labels/HAPROXY_0_VHOST");
    }

    /// <summary>What the registry knows of a job whose activation stored the end of its task and died before it told of it.</summary>
    internal static EndpointChange ToldBefore(string job) => new()
    {
        Service = JobEndpoints.ServiceOf(job),
        Owner = $"job:{job}",
        To = 1,
        Set = [new() { Id = $"{job}.1", Framework = JobEndpoints.Framework, Name = job, DiscoveryName = job, AgentId = "S1", AgentAddresses = ["10.0.0.1"], Owner = $"job:{job}" }],
    };

    /// <summary>Counts how often the registry is told something.</summary>
    private sealed class RegistryCalls : IIncomingGrainCallFilter
    {
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName == nameof(IRegistryGrain.ApplyAsync))
                Interlocked.Increment(ref _count);
            return context.Invoke();
        }
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
