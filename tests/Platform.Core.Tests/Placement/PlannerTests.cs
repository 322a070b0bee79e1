using Platform.Core.Placement;
using static Platform.Core.Tests.Placement.PoolBuilder;

namespace Platform.Core.Tests.Placement;

public sealed class PlannerTests
{
    [Fact]
    public void Bin_pack_fills_one_agent_before_it_opens_the_next()
    {
        // 4 cores an agent: a1 takes 4, a2 takes 2.
        var plan = new PoolBuilder().WithAgents(3).Place(Web(6));

        AgentsOf(plan).ShouldBe(["a1", "a1", "a1", "a1", "a2", "a2"]);
        plan.Unplaced.ShouldBe(0);
        plan.Pending.ShouldBeNull();
    }

    [Fact]
    public void Bin_pack_takes_the_fullest_agent_that_has_room()
    {
        // Free cores: a1 4, a2 1, a3 2. A task of 2 does not fit a2; a3 is fuller than a1.
        var plan = new PoolBuilder().WithAgents(3).Running("a2", "app:/x", cpus: 3).Running("a3", "app:/x", cpus: 2).Place(Web(cpus: 2));

        AgentsOf(plan).ShouldBe(["a3"]);
    }

    [Fact]
    public void Spread_takes_the_emptiest_agent_each_time()
    {
        // Free cores: a1 2, a2 4, a3 4, and equal ones from the highest number down: a3 (3 left), a2 (3 left), a3 (2), a2 (2).
        var plan = new PoolBuilder().WithAgents(3).Running("a1", "app:/x", cpus: 2).Place(Web(4) with { Strategy = PlacementStrategy.Spread });

        AgentsOf(plan).ShouldBe(["a3", "a2", "a3", "a2"]);
    }

    [Fact]
    public void The_pools_default_strategy_is_used_when_a_demand_names_none()
    {
        var plan = new PoolBuilder { Pool = new PlacementPool(PlacementStrategy.Spread) }.WithAgents(2).Place(Web(2));

        AgentsOf(plan).Order().ShouldBe(["a1", "a2"]);
    }

    [Fact]
    public void Tasks_without_GPUs_leave_agents_with_GPUs_to_the_last()
    {
        // 8 tasks fill the two plain agents (4 cores each); only the ninth goes to the agent with the GPU.
        var plan = new PoolBuilder().With(Agent("gpu", gpus: 2), Agent("a1"), Agent("a2")).Place(Web(9));

        AgentsOf(plan)[..8].ShouldAllBe(agent => agent != "gpu");
        AgentsOf(plan)[8].ShouldBe("gpu");
    }

    [Fact]
    public void Dynamic_ports_are_distinct_and_not_given_again_at_once()
    {
        var pool = new PoolBuilder().WithAgents(1);
        pool.Place(Web(ports: 2)).Placements[0].Ports.ShouldBe([31_000, 31_001]);
        pool.Pool.Release("web#0");

        pool.Place(Web(ports: 2)).Placements[0].Ports.ShouldBe([31_002, 31_003]);
    }

    [Fact]
    public void The_search_for_ports_goes_around_the_end()
    {
        // 10 ports; 8 tasks have one each, the first is gone: 31008, 31009, then 31000 again.
        var pool = new PoolBuilder().WithAgents(1);
        pool.Place(Web(8, cpus: 0.1m, ports: 1));
        pool.Pool.Release("web#0");

        pool.Place(Web(11, cpus: 0.1m, ports: 1) with { Id = "more" }).Placements.SelectMany(placement => placement.Ports).ShouldBe([31_008, 31_009, 31_000]);
    }

    [Fact]
    public void A_static_port_is_given_once_on_each_agent()
    {
        var plan = new PoolBuilder().WithAgents(2).Place(Web(3) with { Shape = new() { Scalars = ScalarAmounts.Of(1), StaticPorts = [31_005] } });

        AgentsOf(plan).ShouldBe(["a1", "a2"]);
        plan.Placements.ShouldAllBe(placement => placement.Ports.SequenceEqual(new[] { 31_005 }));
        plan.Pending!.Rejections.Single().ShouldBe(new Rejection { Reason = RejectionReason.PortUnavailable, Subject = "31005", Agents = 2, AgentsByThisAlone = 2 });
    }

    [Fact]
    public void A_placement_carries_what_a_launch_needs()
    {
        var agent = Agent("a1", "rack:r7") with { Hostname = "host-1", Region = "eu", Zone = "eu-1" };
        var placement = new PoolBuilder().With(agent).Place(Web() with { TaskIds = ["web.1"] }).Placements.Single();

        placement.TaskId.ShouldBe("web.1");
        (placement.AgentId, placement.Hostname, placement.Region, placement.Zone).ShouldBe(("a1", "host-1", "eu", "eu-1"));
        placement.Attributes["rack"].ShouldBe("r7");
        placement.Awaits.ShouldBeEmpty();
    }

    [Fact]
    public void Ids_that_are_placed_already_are_not_placed_again()
    {
        var pool = new PoolBuilder().WithAgents(2);
        var demand = Web(2) with { TaskIds = ["t1", "t2"] };
        pool.Place(demand).Placements.Length.ShouldBe(2);

        var again = pool.Place(demand);

        again.Placements.ShouldBeEmpty();
        again.Unplaced.ShouldBe(0);
        pool.Pool.TaskCount.ShouldBe(2);
    }

    [Fact]
    public void A_round_places_no_more_than_the_demand_allows()
    {
        var plan = new PoolBuilder().WithAgents(2).Place(Web(5) with { MostPerRound = 2 });

        plan.Placements.Length.ShouldBe(2);
        plan.Unplaced.ShouldBe(3);
    }

    [Theory]
    [InlineData("default", "a1")]
    [InlineData("gpu", "p1")]
    [InlineData("all", "a1")]
    [InlineData("none", null)]
    public void A_demand_is_placed_in_its_node_pool(string nodePool, string? agent)
    {
        var plan = new PoolBuilder().With(Agent("a1"), Agent("p1") with { NodePool = "gpu" }).Place(Web() with { NodePool = nodePool });

        AgentsOf(plan).SingleOrDefault().ShouldBe(agent);
    }

    [Fact]
    public void A_taint_keeps_tasks_away_that_do_not_tolerate_it()
    {
        var pool = new PoolBuilder().With(Agent("a1") with { Taints = [new("team", "ml")] });

        pool.Place(Web()).Pending!.Rejections.Single().ToString().ShouldBe("taint team=ml:NoSchedule is not tolerated, on 1 agent");
        pool.Place(Web() with { Tolerations = [new("team", "web")] }).Placements.ShouldBeEmpty();
        pool.Place(Web() with { Tolerations = [new("team", "ml")] }).Placements.Length.ShouldBe(1);
        pool.Place(Web() with { Tolerations = [new("team")] }).Placements.Length.ShouldBe(1);
        pool.Place(Web() with { Tolerations = [new()] }).Placements.Length.ShouldBe(1);
    }

    [Fact]
    public void A_soft_taint_is_avoided_while_there_is_room_elsewhere()
    {
        // a2 holds 4 tasks of 1 core; the fifth has to go to the tainted agent.
        var plan = new PoolBuilder().With(Agent("a1") with { Taints = [new("old", "", TaintEffect.PreferNoSchedule)] }, Agent("a2")).Place(Web(5));

        AgentsOf(plan).ShouldBe(["a2", "a2", "a2", "a2", "a1"]);
    }

    [Fact]
    public void A_NoExecute_taint_sends_away_the_tasks_that_do_not_tolerate_it()
    {
        var pool = new PoolBuilder().With(Agent("a1"));
        pool.Place(Web() with { TaskIds = ["stays"], Tolerations = [new("down")] });
        pool.Place(Web() with { TaskIds = ["goes"], KillGrace = TimeSpan.FromSeconds(7) });

        var told = pool.Pool.SetAgent(Agent("a1") with { Taints = [new("down", "", TaintEffect.NoExecute)] }).Single();

        (told.TaskId, told.Cause, told.KillGrace).ShouldBe(("goes", PreemptionCause.Taint, TimeSpan.FromSeconds(7)));
        pool.Pool.IsLeaving("goes").ShouldBeTrue();
    }

    [Fact]
    public void A_containerizer_that_no_agent_offers_is_the_reason()
    {
        var pool = new PoolBuilder().WithAgents(2);
        var docker = Web() with { Containerizer = Containerizers.Docker };

        pool.Place(docker).Pending!.Rejections.Single().ToString().ShouldBe("no agent offers the docker containerizer (2 asked)");
        pool.With(Agent("d1") with { Containerizers = [Containerizers.Process, Containerizers.Docker] });
        AgentsOf(pool.Place(docker)).ShouldBe(["d1"]);
    }

    [Theory]
    [InlineData(AgentAvailability.Draining, RejectionReason.Draining)]
    [InlineData(AgentAvailability.Deactivated, RejectionReason.Deactivated)]
    [InlineData(AgentAvailability.Unreachable, RejectionReason.Unreachable)]
    public void Agents_that_are_not_active_get_nothing(AgentAvailability availability, RejectionReason reason)
    {
        var pool = new PoolBuilder().WithAgents(1);
        pool.Pool.SetAvailability("a1", availability);

        pool.Place(Web()).Pending!.Rejections.Single().Reason.ShouldBe(reason);
        pool.Pool.SetAvailability("a1", AgentAvailability.Active);
        pool.Place(Web()).Placements.Length.ShouldBe(1);
    }

    [Fact]
    public void Filtered_agents_are_passed_over()
    {
        var plan = new PoolBuilder().WithAgents(2).Place(Web(), new PlacementOptions { Filtered = new HashSet<string> { "a1" } });

        AgentsOf(plan).ShouldBe(["a2"]);
    }

    [Fact]
    public void A_pinned_task_goes_to_its_agent_or_nowhere()
    {
        var pool = new PoolBuilder().WithAgents(3);
        var pinned = Web(cpus: 3) with { PinnedAgent = "a3" };

        AgentsOf(pool.Place(pinned)).ShouldBe(["a3"]);
        var pending = pool.Place(pinned).Pending!;
        pending.Rejections.Single(rejection => rejection.Reason == RejectionReason.PinnedElsewhere).Agents.ShouldBe(2);
        // 4 - 3 = 1 core is left on a3; 3 are wanted, 2 are missing.
        pending.Rejections.Single(rejection => rejection.Reason == RejectionReason.InsufficientResource)
            .ShouldBe(new Rejection { Reason = RejectionReason.InsufficientResource, Subject = "cpus", Agents = 1, AgentsByThisAlone = 1, Missing = 2 });
    }

    [Fact]
    public void A_system_app_runs_once_on_every_agent_that_matches()
    {
        var pool = new PoolBuilder().With(Agent("a1", "disk:ssd"), Agent("a2", "disk:hdd"), Agent("a3", "disk:ssd"));
        var system = Web() with { SystemApp = true, Constraints = [new("disk", ConstraintOperator.Is, "ssd")] };

        AgentsOf(pool.Place(system)).ShouldBe(["a1", "a3"]);
        pool.Place(system).Placements.ShouldBeEmpty();
        pool.With(Agent("a4", "disk:ssd"));
        AgentsOf(pool.Place(system)).ShouldBe(["a4"]);
    }

    [Fact]
    public void Custom_resources_are_counted_beyond_the_eighth_kind()
    {
        // Twelve kinds of which each agent has 2: two tasks of 1 each fit.
        var two = ScalarAmounts.Of(4) with { Custom = Enumerable.Range(0, 12).ToImmutable(kind => $"kind{kind:00}", _ => 2m) };
        var one = ScalarAmounts.Of(1) with { Custom = Enumerable.Range(0, 12).ToImmutable(kind => $"kind{kind:00}", _ => 1m) };
        var plan = new PoolBuilder().With(Agent("a1") with { Unreserved = two }).Place(Web(3) with { Shape = new() { Scalars = one } });

        plan.Placements.Length.ShouldBe(2);
        plan.Pending!.Rejections.Length.ShouldBe(12);
        plan.Pending.Rejections.ShouldAllBe(rejection => rejection.Missing == 1 && rejection.Subject.StartsWith("kind"));
    }

    [Fact]
    public void A_mount_volume_gets_the_smallest_disk_that_is_large_enough()
    {
        var agent = Agent("a1") with { Disks = [new("/big", 500), new("/mid", 200), new("/small", 50)] };
        var pool = new PoolBuilder().With(agent);
        var demand = Web() with { Shape = new() { Scalars = ScalarAmounts.Of(1), Volumes = [new(VolumeKind.Mount, 100)] } };

        pool.Place(demand).Placements.Single().Disks.ShouldBe([new("/mid", 200)]);
        pool.Place(demand with { Id = "second" }).Placements.Single().Disks.ShouldBe([new("/big", 500)]);
        pool.Place(demand with { Id = "third" }).Pending!.Rejections.Single().Reason.ShouldBe(RejectionReason.NoMountDisk);
        pool.Pool.Release("web#0");
        pool.Place(demand with { Id = "third" }).Placements.Single().Disks.ShouldBe([new("/mid", 200)]);
    }

    [Fact]
    public void A_root_volume_takes_disk()
    {
        var pool = new PoolBuilder().With(Agent("a1", disk: 100));
        var demand = Web() with { Shape = new() { Scalars = ScalarAmounts.Of(1, disk: 30), Volumes = [new(VolumeKind.Root, 40)] } };

        pool.Place(demand).Placements.Length.ShouldBe(1);
        // 100 - 30 - 40 = 30 is left of 70.
        pool.Place(demand with { Id = "second" }).Pending!.Rejections.Single().Missing.ShouldBe(40);
    }

    [Fact]
    public void Path_volumes_share_a_disk_and_take_the_fullest_that_has_room()
    {
        var agent = Agent("a1") with { Disks = [new("/big", 500, VolumeKind.Path), new("/mid", 200, VolumeKind.Path), new("/whole", 200)] };
        var pool = new PoolBuilder().With(agent);
        var demand = Web(3) with { Shape = new() { Scalars = ScalarAmounts.Of(0.1m), Volumes = [new(VolumeKind.Path, 100, "a"), new(VolumeKind.Path, 60, "b")] } };

        // Largest first: 100 on /mid (200), then 60 on what is left of it (100). Next 100 on /big (500), 60 on /big (400), because /mid has 40. The third on /big (340, 240).
        pool.Place(demand).Placements.Select(placement => string.Join(' ', placement.Disks.Select(part => $"{part.Root}:{part.Size:0}")))
            .ShouldBe(["/mid:100 /mid:60", "/big:100 /big:60", "/big:100 /big:60"]);
        // 500 - 320 = 180 is left on /big: enough for one more.
        pool.Place(demand with { Id = "more" }).Pending!.Rejections.Single().ToString().ShouldBe("no path disk with 100+60 MB free on 1 agent");
    }

    [Fact]
    public void A_disk_is_chosen_by_path_profile_and_largest_size()
    {
        var agent = Agent("a1") with { Disks = [new("/ssd1", 100), new("/ssd2", 400, Profile: "fast"), new("/hdd1", 200)] };
        string? Root(VolumeRequest volume) =>
            new PoolBuilder().With(agent).Place(Web() with { Shape = new() { Volumes = [volume] } }).Placements.SingleOrDefault()?.Disks.Single().Root;

        Root(new(VolumeKind.Mount, 50)).ShouldBe("/ssd1");
        Root(new(VolumeKind.Mount, 150)).ShouldBe("/hdd1");
        Root(new(VolumeKind.Mount, 150) { Paths = [new("path", ConstraintOperator.Like, "/ssd.*")] }).ShouldBe("/ssd2");
        Root(new(VolumeKind.Mount, 50) { Paths = [new("path", ConstraintOperator.Unlike, "/ssd.*")] }).ShouldBe("/hdd1");
        Root(new(VolumeKind.Mount, 50) { Profile = "fast" }).ShouldBe("/ssd2");
        Root(new(VolumeKind.Mount, 50) { Profile = "fast", MaxSize = 300 }).ShouldBeNull();
    }

    [Fact]
    public void A_reserved_disk_is_for_its_role_and_used_first()
    {
        var agent = Agent("a1") with { Disks = [new("/free", 100), new("/theirs", 100, Role: "db")] };
        var demand = Web() with { Shape = new() { Volumes = [new(VolumeKind.Mount, 50)] } };

        new PoolBuilder().With(agent).Place(demand with { Role = "db/main" }).Placements.Single().Disks.ShouldBe([new("/theirs", 100, "db")]);
        new PoolBuilder().With(agent).Place(demand).Placements.Single().Disks.ShouldBe([new("/free", 100)]);
    }
}
