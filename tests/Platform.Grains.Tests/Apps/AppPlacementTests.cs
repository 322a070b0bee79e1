using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Placement;
using Platform.Core.Roles;
using Platform.Core.Tasks;

namespace Platform.Grains.Tests.Apps;

/// <summary>What an app's definition says about placement, over real grains. Each agent has 8 cpus.</summary>
public class AppPlacementTests
{
    private static AppSpec App(string id, int instances, double cpus, AppExtension? extension = null) => new()
    {
        Id = id,
        Cmd = "sleep 1000",
        Cpus = cpus,
        Mem = 32,
        Instances = instances,
        Extension = extension,
    };

    private static IAllocatorGrain Allocator(AppFixture cluster) => cluster.Host.GetGrain<IAllocatorGrain>(0);

    private static Rejection? Reason(AppStatus app) => app.Queue?.Explanation?.Rejections.FirstOrDefault();

    [Fact]
    public async Task A_more_important_app_takes_the_place_of_a_less_important_one_after_its_end()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        await cluster.PutAndWaitAsync(App("/low", 4, cpus: 2, new() { Priority = 10 }));
        agent.IgnoresKills = true;

        await cluster.PutAsync(App("/high", 1, cpus: 2, new() { Priority = 90 }));

        // 4 * 2 of 8 cpus are taken: one must go, and what wants its place waits for its end.
        var low = await cluster.UntilAsync("/low", app => app.Instances.Count(instance => instance.Doomed) == 1, "one is told to leave");
        var victim = low.Instances.Single(instance => instance.Doomed).TaskId;
        agent.Launches.Count.ShouldBe(4);
        await agent.ReportAsync(victim, TaskState.Killed);

        await cluster.UntilAsync("/high", app => AppFixture.AllRun(app, 1), "it runs in the place of the other");
        low = await cluster.UntilAsync("/low", app => AppFixture.AllRun(app, 3) && Reason(app) is not null, "three are left, the fourth waits");
        (Reason(low)!.Reason, Reason(low)!.Subject, Reason(low)!.Missing).ShouldBe((RejectionReason.InsufficientResource, "cpus", 2));
        low.Instances.ShouldNotContain(instance => instance.TaskId == victim);
    }

    [Fact]
    public async Task No_more_instances_are_preempted_than_the_disruption_budget_allows()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(App("/low", 4, cpus: 2, new() { Priority = 10, DisruptionBudget = 1 }));

        await cluster.PutAsync(App("/high", 3, cpus: 2, new() { Priority = 90 }));

        var high = await cluster.UntilAsync("/high", app => AppFixture.AllRun(app, 1) && app.Queue?.Count == 2, "one runs, two wait");
        high.Queue!.Count.ShouldBe(2);
        var low = (await cluster.App("/low").GetStatusAsync())!;
        low.Instances.Count(instance => instance is { State: TaskState.Running, Doomed: false }).ShouldBe(3);
    }

    [Fact]
    public async Task An_app_at_the_limit_of_its_role_says_so_and_starts_when_the_limit_is_raised()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        async Task LimitAsync(string limit) =>
            (await Allocator(cluster).SetQuotasAsync(ValueMap.Create(("eng", new Quota { Limits = ResourceLimits.Parse(limit) })), force: false)).ShouldBeEmpty();
        await LimitAsync("cpus:1.5");

        await cluster.PutAsync(App("/web", 3, cpus: 1) with { Role = "eng" });

        var waiting = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1) && Reason(app) is not null, "one runs, two wait");
        // 1.5 are allowed and 1 is used: half a cpu is missing.
        Reason(waiting)!.ToString().ShouldBe("quota limit of role eng: cpus 0.5 more needed");
        waiting.Queue!.Count.ShouldBe(2);
        waiting.Queue.Explanation!.Impossible.ShouldBeFalse();

        await LimitAsync("cpus:3");
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3) && app.Queue is null, "all run");
    }

    [Fact]
    public async Task A_system_app_runs_once_on_every_agent_that_joins()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);

        var status = await cluster.PutAndWaitAsync(App("/node", 1, cpus: 0.1, new() { System = true }));
        status.Instances.Select(instance => instance.AgentId).ShouldBe(["agent0", "agent1"], ignoreOrder: true);

        await cluster.AddAgentAsync("agent2");
        status = await cluster.UntilAsync("/node", app => AppFixture.AllRun(app, 3), "it runs on the third");
        status.Instances.Select(instance => instance.AgentId).ShouldBe(["agent0", "agent1", "agent2"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_gang_starts_as_a_whole_or_not_at_all()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);

        // 6 of 8 cpus: one for each agent.
        await cluster.PutAsync(App("/gang", 3, cpus: 6, new() { Gang = true }));
        var waiting = await cluster.UntilAsync("/gang", app => Reason(app) is not null, "it waits");
        Reason(waiting)!.ToString().ShouldBe("the gang does not fit as a whole (3 together, room for 2)");
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(0);
        // It holds nothing: another app finds the room.
        await cluster.PutAndWaitAsync(App("/other", 1, cpus: 8));

        await cluster.AddAgentAsync("agent2");
        await cluster.AddAgentAsync("agent3");
        await cluster.UntilAsync("/gang", app => AppFixture.AllRun(app, 3), "all run");
    }

    [Fact]
    public async Task A_gang_that_finds_no_room_in_time_is_given_up()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);

        await cluster.PutAsync(App("/gang", 2, cpus: 6, new() { Gang = true, ProgressDeadlineSeconds = 1 }));

        await AppFixture.UntilAsync(async () => (await cluster.EventTypesAsync()).Contains("deployment_failed"), "the deployment fails");
        await AppFixture.UntilAsync(async () => (await Allocator(cluster).GetPendingAsync()).IsEmpty, "nothing waits any more");
        cluster.Agents[0].Launches.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gang_has_a_time_limit_of_its_own_and_the_reason_of_its_end_is_told()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);

        await cluster.PutAsync(App("/gang", 2, cpus: 6, new() { Gang = true, GangDeadlineSeconds = 1 }));

        var failed = "";
        await AppFixture.UntilAsync(
            async () => (failed = (await cluster.EventsAsync()).FirstOrDefault(logged => logged.Type == "deployment_failed")?.Json ?? "").Length > 0, "the deployment fails");
        failed.ShouldContain("the gang found no room within 1 s");
        await AppFixture.UntilAsync(async () => (await Allocator(cluster).GetPendingAsync()).IsEmpty, "nothing waits any more");
        cluster.Agents[0].Launches.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gang_that_started_in_time_is_not_given_up_later()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var gang = App("/gang", 2, cpus: 6, new() { Gang = true, GangDeadlineSeconds = 60 });
        var status = await cluster.PutAndWaitAsync(gang);
        var demands = (await Allocator(cluster).GetPendingAsync()).Count;

        // The news of an end that is none does no harm: nothing waits under that id.
        await cluster.App("/gang").GangExpiredAsync([status.Instances[0].TaskId], await cluster.AllocatorRunAsync());

        status = await cluster.UntilAsync("/gang", app => AppFixture.AllRun(app, 2), "both run");
        (demands, status.Deployments.Count).ShouldBe((0, 0));
        // Where an instance is lost later, its successor waits without a limit.
        var lost = status.Instances.Single(instance => instance.AgentId == "agent0").TaskId;
        await cluster.Agents[0].ReportAsync(lost, TaskState.Failed);
        await cluster.UntilAsync("/gang", app => AppFixture.AllRun(app, 2) && app.Instances.All(instance => instance.TaskId != lost), "both run again");
    }

    [Fact]
    public async Task Pools_and_taints_take_only_those_that_ask_for_them_and_a_crash_sends_nobody_away()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 0);
        await cluster.AddAgentAsync("pooled", registration => registration with { Pool = "gpu" });
        await cluster.AddAgentAsync("tainted", registration => registration with { Taints = ["team=ml:NoExecute"] });

        await cluster.PutAsync(App("/plain", 1, cpus: 1));
        var waiting = await cluster.UntilAsync("/plain", app => Reason(app) is not null, "it waits");
        waiting.Queue!.Explanation!.Rejections.Select(rejection => rejection.ToString()).ShouldBe(
            ["not in node pool default: 1 agent", "taint team=ml:NoExecute is not tolerated, on 1 agent"]);
        (await cluster.PutAndWaitAsync(App("/pool", 1, cpus: 1, new() { Pool = "gpu" }))).Instances[0].AgentId.ShouldBe("pooled");
        var before = await cluster.PutAndWaitAsync(App("/ml", 1, cpus: 1, new() { Tolerations = ["team=ml"] }));
        before.Instances[0].AgentId.ShouldBe("tainted");

        await cluster.Host.CrashAsync();
        foreach (var agent in cluster.Agents)
            await agent.DialAsync();
        var after = await cluster.PutAndWaitAsync(App("/ml", 2, cpus: 1, new() { Tolerations = ["team=ml"] }));
        after.Instances.Select(instance => instance.TaskId).ShouldContain(before.Instances[0].TaskId);
        cluster.Agents[1].Running.Count().ShouldBe(2);
        cluster.Agents[1].Launches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_parked_volume_keeps_its_disk_over_a_crash_until_its_app_is_removed()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        var database = App("/db", 1, cpus: 1) with
        {
            Container = new() { Volumes = [new() { ContainerPath = "data", Mode = "RW", Persistent = new() { Size = 8_000 } }] },
        };
        var instance = (await cluster.PutAndWaitAsync(database)).Instances.ShouldHaveSingleItem();
        var volume = agent.Volumes.ShouldHaveSingleItem();
        volume.ShouldBe(new() { Id = instance.InstanceId + "#data", AgentId = agent.Id, Owner = "app:/db", Size = 8_000 });
        await cluster.PutAndWaitAsync(database with { Instances = 0 });
        agent.Running.ShouldBeEmpty();

        // 10,000 - 8,000 MB are free, 4,000 are wanted.
        await cluster.PutAsync(App("/big", 1, cpus: 1) with { Disk = 4_000 });
        await WaitsForDiskAsync();
        await cluster.Host.CrashAsync();
        await agent.DialAsync();
        await WaitsForDiskAsync();

        var again = (await cluster.PutAndWaitAsync(database)).Instances.ShouldHaveSingleItem();
        (again.InstanceId, again.TaskId).ShouldBe((instance.InstanceId, InstanceIds.Task(instance.InstanceId, 2)));
        agent.Volumes.ShouldBe([volume]);
        await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/db", Kind = AppChangeKind.Remove }] });
        await cluster.UntilAsync("/big", app => AppFixture.AllRun(app, 1), "it runs where the volume was");
        agent.Volumes.ShouldBeEmpty();

        async Task WaitsForDiskAsync()
        {
            var waiting = await cluster.UntilAsync("/big", app => Reason(app) is { Reason: RejectionReason.InsufficientResource }, "it waits for disk");
            (Reason(waiting)!.Subject, Reason(waiting)!.Missing).ShouldBe(("disk", 2_000));
        }
    }

    [Fact]
    public async Task After_a_crash_tasks_keep_their_grace_budget_tolerations_and_devices()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 0);
        var agent = await cluster.AddAgentAsync("gpu", registration => registration with
        {
            Resources = Resources.Parse("cpus:8;mem:8192;gpus:4"),
            Taints = ["team=ml:NoExecute"],
        });
        var low = App("/low", 2, cpus: 4, new() { Priority = 10, DisruptionBudget = 1, Tolerations = ["team=ml"] }) with { Gpus = 1 };
        await cluster.PutAndWaitAsync(low);
        agent.Reports.SelectMany(report => report.Gpus).Order().ShouldBe([0, 1]);

        await cluster.Host.CrashAsync();
        await agent.DialAsync();
        await cluster.PutAsync(App("/high", 2, cpus: 4, new() { Priority = 90, Tolerations = ["team=ml"] }) with { Gpus = 1 });

        // Two would have to go; the budget lets one go. Nobody is sent away for the taint, and the device of the one that stays is not given out twice.
        await cluster.UntilAsync("/high", app => AppFixture.AllRun(app, 1) && app.Queue?.Count == 1, "one runs, one waits");
        var left = await cluster.UntilAsync("/low", app => AppFixture.AllRun(app, 1), "one is left");
        left.Instances.ShouldHaveSingleItem();
        agent.Reports.Where(report => report.Status.State == TaskState.Running).SelectMany(report => report.Gpus).Order().ShouldBeUnique();
    }
}
