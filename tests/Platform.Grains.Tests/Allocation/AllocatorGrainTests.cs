using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Roles;
using Platform.Tests.Hosting;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;
using Platform.Simulation;

namespace Platform.Grains.Tests.Allocation;

/// <summary>The allocator with simulated agents and owners that only record what they are told.</summary>
public class AllocatorGrainTests
{
    private static Task<GrainTestHost> StartAsync(OwnerRecorder owners, TimeSpan? review = null, TimeProvider? time = null) => ControlPlaneHost.StartAsync(
        options => options.Allocator.ReviewInterval = review ?? TimeSpan.FromMinutes(5),
        services => services.AddSingleton<IIncomingGrainCallFilter>(owners).AddSingleton(time ?? TimeProvider.System));

    private static IAllocatorGrain Allocator(GrainTestHost host) => host.GetGrain<IAllocatorGrain>(0);

    private static Demand Demand(string id, int count, decimal cpus = 1, string role = "*", string owner = "app:/web") =>
        new() { Id = id, Owner = owner, Role = role, Count = count, Shape = TaskShape.Of(cpus: cpus, mem: 32) };

    private static async Task<SimulatedAgent> AgentAsync(GrainTestHost host, string id = "a1", string resources = "cpus:4;mem:4096")
    {
        var agent = new SimulatedAgent(host.GrainFactory, id, resources, TimeProvider.System);
        await agent.ConnectAsync();
        // Registering does not wait for the allocator, and one that is just moving hears of it a second later.
        await AppFixture.UntilAsync(async () => (await Allocator(host).GetStatusAsync()).Agents > 0, "the allocator knows the agent");
        return agent;
    }

    [Fact]
    public async Task Places_come_to_the_owner_and_what_waits_is_explained_until_an_agent_joins()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host);
        await Allocator(host).SubmitAsync([Demand("d", 6)]);

        // 4 cpus hold 4 tasks of 1 cpu.
        var (appId, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        appId.ShouldBe("/web");
        batch.Placements.Count.ShouldBe(4);
        batch.Placements.ShouldAllBe(placement => placement.AgentId == "a1");
        var waiting = (await Allocator(host).ExplainAsync("d"))!;
        waiting.Waiting.ShouldBe(2);
        waiting.Rejections[0].ToString().ShouldBe("cpus: 1 more needed at best, on 1 agent");
        (await Allocator(host).GetPendingAsync())[0].Demand.Count.ShouldBe(2);

        await AgentAsync(host, "a2");
        (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        batch.Placements.Select(placement => placement.AgentId).ShouldBe(["a2", "a2"]);
        (await Allocator(host).ExplainAsync("d")).ShouldBeNull();
    }

    [Fact]
    public async Task A_crowd_that_asks_one_after_the_other_is_heard_out_before_anything_is_decided()
    {
        var (owners, time) = (new OwnerRecorder(), new ManualTimeProvider());
        await using var host = await StartAsync(owners, time: time);
        await new SimulatedAgent(host.GrainFactory, "a1", "cpus:200;mem:200000", TimeProvider.System).ConnectAsync();
        // All that was under way is decided.
        await AppFixture.UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return (await Allocator(host).GetStatusAsync()).Agents == 1;
        }, "the agent is known");
        time.Advance(TimeSpan.FromMilliseconds(100));
        await Allocator(host).PlanAsync([]);

        for (var i = 0; i < 100; i++)
            await Allocator(host).SubmitAsync([Demand($"d{i}", 1, owner: $"app:/{i}")]);
        // By now a round that few had asked for would have come, behind which the next call waits.
        time.Advance(TimeSpan.FromMilliseconds(5));
        await Allocator(host).PlanAsync([]);
        (await Allocator(host).GetStatusAsync()).Tasks.ShouldBe(0);

        time.Advance(TimeSpan.FromMilliseconds(10));
        await Allocator(host).PlanAsync([]);
        (await Allocator(host).GetStatusAsync()).Tasks.ShouldBe(100);
    }

    [Fact]
    public async Task What_is_released_goes_to_who_waits()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host);
        await Allocator(host).SubmitAsync([Demand("d1", 4)]);
        var (_, first, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        await Allocator(host).SubmitAsync([Demand("d2", 1, owner: "app:/other")]);

        await Allocator(host).ReleaseAsync([first.Placements[0].TaskId]);

        var (appId, second, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        (appId, second.DemandId).ShouldBe(("/other", "d2"));
    }

    [Fact]
    public async Task Weights_and_quotas_survive_a_crash_and_bind()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host);
        var quota = new Quota { Limits = ResourceLimits.Parse("cpus:2") };
        (await Allocator(host).SetWeightsAsync(ValueMap.Create(("eng", 2.5)))).ShouldBeEmpty();
        (await Allocator(host).SetQuotasAsync(ValueMap.Create(("eng", quota)), force: false)).ShouldBeEmpty();

        await host.CrashAsync();
        await AgentAsync(host);
        await Allocator(host).SubmitAsync([Demand("d", 3, role: "eng")]);

        // 3 tasks of 1 cpu, 2 cpus allowed.
        var (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        batch.Placements.Count.ShouldBe(2);
        (await Allocator(host).ExplainAsync("d"))!.Rejections[0].ToString().ShouldBe("quota limit of role eng: cpus 1 more needed");
        var role = (await Allocator(host).GetStatusAsync()).Roles.Single(role => role.Role == "eng");
        (role.Weight, role.Quota).ShouldBe((2.5, quota));

        (await Allocator(host).SetQuotasAsync(ValueMap.Create(("eng", Quota.None)), force: false)).ShouldBeEmpty();
        (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
        batch.Placements.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Wrong_weights_and_quotas_are_refused_as_a_whole()
    {
        await using var host = await StartAsync(new());

        (await Allocator(host).SetWeightsAsync(ValueMap.Create(("eng", 0.0), ("ops", 2.0)))).ToArray().ShouldBe(["the weight of eng must be above 0"]);
        (await Allocator(host).GetStatusAsync()).Roles.ShouldNotContain(role => role.Role == "ops");
        (await Allocator(host).SetQuotasAsync(ValueMap.Create(("eng", new Quota { Guarantees = ResourceQuantities.Of(cpus: 4000) })), force: false)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_dry_run_takes_nothing()
    {
        await using var host = await StartAsync(new());
        await AgentAsync(host);

        var plans = await Allocator(host).PlanAsync([new() { Demand = Demand("d1", 3) }, new() { Demand = Demand("d2", 3) }]);

        plans.Select(plan => (plan.Placements.Length, plan.Unplaced)).ShouldBe([(3, 0), (1, 2)]);
        var status = await Allocator(host).GetStatusAsync();
        (status.Tasks, status.Waiting).ShouldBe((0, 0));
    }

    [Fact]
    public async Task After_a_restart_owners_and_agents_say_what_there_is_and_the_rest_is_free()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host);
        await Allocator(host).SubmitAsync([Demand("d", 6)]);
        var (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));

        var run = await Allocator(host).ResyncAsync("app:/web", new() { TaskIds = [batch.Placements[0].TaskId] });

        var status = await Allocator(host).GetStatusAsync();
        (status.Tasks, status.Waiting).ShouldBe((1, 0));
        await host.CrashAsync();
        (await Allocator(host).ResyncAsync("app:/web", new())).ShouldNotBe(run);
    }

    [Fact]
    public async Task An_owner_is_asked_about_places_that_it_may_have_lost()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners, TimeSpan.FromMilliseconds(100));
        await AgentAsync(host);
        await Allocator(host).SubmitAsync([Demand("d", 2)]);
        var (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));

        var (_, review, _) = await owners.NextAsync<ValueList<string>>(nameof(ITaskOwnerGrain.ReviewPlacesAsync));

        review.ToImmutableArray().ShouldBe([.. batch.Placements.Select(placement => placement.TaskId)]);
    }

    [Fact]
    public async Task An_unreachable_agent_gets_no_tasks()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = await AgentAsync(host);
        await agent.DisconnectAsync();
        // Answered after the loss of the connection was taken in and told to the allocator.
        await host.GetGrain<IAgentGrain>("a1").GetTasksAsync("app:/web");

        var plans = await Allocator(host).PlanAsync([new() { Demand = Demand("d", 1) }]);

        plans[0].Unplaced.ShouldBe(1);
        await agent.ConnectAsync();
        await AppFixture.UntilAsync(async () => (await Allocator(host).PlanAsync([new() { Demand = Demand("d", 1) }]))[0].Unplaced == 0, "the agent can be used again");
    }

    [Fact]
    public async Task Reservations_and_volumes_survive_a_crash()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host, resources: "cpus:4;mem:4096;disk:100");
        (await Allocator(host).ReserveAsync("a1", "eng", Resources.Parse("cpus:3;disk:50"))).ShouldBeNull();
        var disk = (await Allocator(host).GetReservationsAsync()).Find("a1")!.Items.Single(resource => resource.Name == "disk");
        var volume = Resources.Of(disk with { Disk = new() { PersistenceId = "v1", Volume = new("data", Mode: "RW") } });
        (await Allocator(host).OperateAsync("a1", new(OfferOperationKind.Create, volume))).ShouldBeNull();

        await host.CrashAsync();
        await AgentAsync(host, resources: "cpus:4;mem:4096;disk:100");

        (await Allocator(host).GetReservationsAsync()).Find("a1")!.PersistentVolumes().Equals(volume).ShouldBeTrue();
        // 4 - 3 cpus are for everybody, all 4 for the role.
        var plans = await Allocator(host).PlanAsync([new() { Demand = Demand("d1", 4, role: "ops") }, new() { Demand = Demand("d2", 4, role: "eng/sub") }]);
        plans.Select(plan => (plan.Placements.Length, plan.Unplaced)).ShouldBe([(1, 3), (3, 1)]);

        // Less than before is given back, more than there is is refused, and then nothing changes.
        (await Allocator(host).ReserveAsync("a1", "eng", Resources.Parse("cpus:1"))).ShouldBeNull();
        (await Allocator(host).ReserveAsync("a1", "ops", Resources.Parse("cpus:4"))).ShouldNotBeNull().ShouldContain("needs cpus:4");
        (await Allocator(host).GetReservationsAsync()).Find("a1")!.Quantities.ShouldBe(ResourceQuantities.Of(cpus: 1000, disk: 50_000));
        (await Allocator(host).ReserveAsync("a9", "eng", Resources.Parse("cpus:1"))).ShouldBe("there is no agent 'a9'");
    }

    [Fact]
    public async Task When_an_agent_reports_less_slack_the_revocable_task_of_the_lowest_priority_must_leave()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        var agent = await AgentAsync(host);
        await agent.HeartbeatAsync(Resources.Parse("cpus:2;mem:2048"));
        await Allocator(host).SubmitAsync([Demand("firm", 4), Revocable("low", 10), Revocable("high", 20)]);
        var placed = new Dictionary<string, string>();
        while (placed.Count < 3)
        {
            var (_, batch, _) = await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync));
            placed[batch.DemandId] = batch.Placements[0].TaskId;
        }
        // 2 cpus of slack hold two beside the 4 cpus that the others have, and no more.
        placed.Keys.ShouldBe(["firm", "low", "high"], ignoreOrder: true);
        await Allocator(host).SubmitAsync([Revocable("late", 5)]);
        (await Allocator(host).ExplainAsync("late"))!.Waiting.ShouldBe(1);

        await agent.HeartbeatAsync(Resources.Parse("cpus:1;mem:2048"));

        var (appId, victims, reason) = await owners.NextAsync<ValueList<string>>(nameof(ITaskOwnerGrain.PreemptAsync));
        (appId, victims.ToArray().ShouldHaveSingleItem()).ShouldBe(("/low", placed["low"]));
        reason.ShouldBe("the task may not stay on its agent: SlackShrank");

        static Demand Revocable(string id, int priority) => Demand(id, 1, owner: $"app:/{id}") with
        {
            Priority = priority,
            Shape = new TaskShape { Scalars = ScalarAmounts.Of(cpus: 1, mem: 32), Revocable = true },
        };
    }

    [Fact]
    public async Task The_allocator_goes_on_placing_while_a_change_of_an_operator_is_stored()
    {
        var owners = new OwnerRecorder();
        await using var host = await StartAsync(owners);
        await AgentAsync(host);
        await using var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(host.Directory, "platform.db")};Pooling=false");
        await other.OpenAsync();
        using var command = other.CreateCommand();
        // Nobody can write while another holds the lock.
        command.CommandText = "BEGIN IMMEDIATE";
        await command.ExecuteNonQueryAsync();

        var weights = Allocator(host).SetWeightsAsync(ValueMap.Create(("eng", 2.0)));
        var quotas = Allocator(host).SetQuotasAsync(ValueMap.Create(("eng", new Quota { Limits = ResourceLimits.Parse("cpus:2") })), force: false);
        await Allocator(host).SubmitAsync([Demand("d", 1)]);
        (await owners.NextAsync<PlacementBatch>(nameof(ITaskOwnerGrain.PlacedAsync))).Argument.DemandId.ShouldBe("d");
        weights.IsCompleted.ShouldBeFalse();

        command.CommandText = "COMMIT";
        await command.ExecuteNonQueryAsync();
        (await weights).ShouldBeEmpty();
        (await quotas).ShouldBeEmpty();
        (await Allocator(host).GetStatusAsync()).Roles.Single(role => role.Role == "eng").Weight.ShouldBe(2);
    }
}
