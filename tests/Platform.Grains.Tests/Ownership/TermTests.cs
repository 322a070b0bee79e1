using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Apps;
using Platform.Core.Placement;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Ownership;

/// <summary>Two activations may live for a while, when a silo was cut off: what the earlier one still sends does no harm.</summary>
public sealed class TermTests
{
    private const string AppId = "/web";
    private const string Owner = "app:/web";

    private static AppSpec App(int instances) => new() { Id = AppId, Cmd = "sleep 1000", Cpus = 1, Mem = 32, Instances = instances };

    [Fact]
    public async Task An_app_ignores_what_an_earlier_run_of_the_allocator_tells()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var run = await cluster.AllocatorRunAsync();
        var app = await cluster.PutAndWaitAsync(App(1));
        var task = app.Instances[0].TaskId;

        await cluster.App(AppId).PreemptAsync([task], "a task of higher priority needs the place", run - 1);
        await cluster.App(AppId).ReviewPlacesAsync(["unknown"], run - 1);
        await cluster.App(AppId).GangExpiredAsync([task], run - 1);
        await cluster.App(AppId).PlacedAsync(new()
        {
            DemandId = "d",
            Placements = [new() { TaskId = "t", DemandId = "d", AgentId = "agent0", Hostname = "agent0.local" }],
            Run = run - 1,
        });

        var instance = (await cluster.App(AppId).GetStatusAsync())!.Instances.ShouldHaveSingleItem();
        (instance.TaskId, instance.Doomed).ShouldBe((task, false));
        // The same with the present run.
        await cluster.App(AppId).PreemptAsync([task], "a task of higher priority needs the place", run);
        await cluster.UntilAsync(AppId, status => AppFixture.AllRun(status, 1) && status.Instances[0].TaskId != task, "another one has taken its place");
    }

    [Fact]
    public async Task An_agent_ignores_what_an_earlier_activation_of_an_owner_orders()
    {
        // The owners themselves stay out of it: a job that hears of a task which it does not know has it killed, with a term of its own.
        await using var cluster = await AppFixture.StartAsync(agents: 1, services: services => services.AddSingleton<IIncomingGrainCallFilter>(new OwnerRecorder()));
        var agent = cluster.Agents[0];
        var grain = cluster.Host.GetGrain<IAgentGrain>(agent.Id);
        var volume = new PersistentVolume { Id = "v", Owner = Owner, AgentId = agent.Id, Role = "*", Size = 10 };
        var later = new OwnerTerm("job:nightly", 7);
        var earlier = later with { Term = 6 };
        (await grain.LaunchAsync([Spec("t1", volume)], later)).Refused.ShouldBeNull();

        (await grain.LaunchAsync([Spec("t2")], earlier)).Refused.ShouldBe("a later activation of job:nightly has taken over");
        await grain.KillAsync([new() { TaskId = "t1", Owner = later.Owner }], earlier);
        await grain.DestroyVolumesAsync(["v"], earlier);

        // Terms of other owners have nothing to do with it. Orders reach the agent one after the other.
        (await grain.LaunchAsync([Spec("t3")], new("job:other", 1))).Refused.ShouldBeNull();
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Running.Contains("t3")), "t3 runs");
        agent.Launches.ShouldBe(["t1", "t3"]);
        agent.Running.ShouldBe(["t1", "t3"], ignoreOrder: true);
        agent.Volumes.ShouldHaveSingleItem();

        await grain.DestroyVolumesAsync(["v"], later);
        await grain.KillAsync([new() { TaskId = "t1", Owner = later.Owner }], later);
        await AppFixture.UntilAsync(() => Task.FromResult(!agent.Running.Contains("t1") && agent.Volumes.Count == 0), "the present activation is obeyed");
    }

    [Fact]
    public async Task Each_activation_of_an_app_has_a_greater_term_also_after_the_app_was_removed()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(App(1));
        await cluster.WaitForDeploymentAsync(AppId, cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = AppId, Kind = Core.Groups.AppChangeKind.Remove }] }));

        // The agent would refuse a lower one.
        var status = await cluster.PutAndWaitAsync(App(2));

        AppFixture.AllRun(status, 2).ShouldBeTrue();
    }

    private static TaskSpec Spec(string id, PersistentVolume? volume = null) => new()
    {
        TaskId = id,
        Name = "nightly",
        Owner = "job:nightly",
        Resources = Resources.Parse("cpus:1;mem:32"),
        Command = new() { Shell = "sleep 1" },
        Volumes = volume is null ? default : [new() { ContainerPath = "data", PersistentId = volume.Id, Persistent = volume }],
    };
}
