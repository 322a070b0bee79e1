using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

public class VolumeTests
{
    private const string Disks = "cpus:4;mem:4096;disk:1000";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static AllocatorAgent Agent(string id, params Resource[] more) =>
        new() { Id = id, Hostname = id, Total = Resources.Parse(Disks).Plus(Resources.Of(more)) };

    private static Resource Disk(DiskSourceType type, string root, int megabytes) =>
        Resource.Scalar(ResourceNames.Disk, megabytes * 1000L) with { Disk = new() { Source = new(type, root) } };

    private static Demand Database(string id, params VolumeRequest[] volumes) => new()
    {
        Id = id,
        Owner = "app:/db",
        Role = "data",
        Shape = new() { Scalars = ScalarAmounts.Of(1, 512, 10), Volumes = [.. volumes] },
    };

    private static TaskPlacement Placed(AllocatorModel model, Demand demand)
    {
        model.SubmitDemand(demand, Start);
        return model.Allocate(Start).Placements.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_volume_keeps_its_disk_when_its_task_has_ended_and_gives_it_back_when_it_is_destroyed()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        var placement = Placed(model, Database("t1", new VolumeRequest(VolumeKind.Root, 600, "data")));
        var volume = placement.Volumes.ShouldHaveSingleItem();
        volume.ShouldBe(new() { Id = "t1#0#data", AgentId = "a1", Owner = "app:/db", Role = "data", Kind = VolumeKind.Root, Size = 600 });
        // 1000 - 10 for the task - 600 for the volume.
        model.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(390_000);
        model.ResourcesOf(placement.TaskId)!.Quantities.Disk.ShouldBe(10_000);

        model.Release(placement.TaskId).ShouldBeTrue();
        model.UsageOf("a1")!.Free.Quantities.ShouldBe(ResourceQuantities.Of(4_000, 4_096_000, 400_000));
        var role = model.RoleUsages().ShouldHaveSingleItem();
        (role.Role, role.Held.Disk).ShouldBe(("data", 600_000));
        model.SubmitDemand(Database("t2", new VolumeRequest(VolumeKind.Root, 600)) with { Owner = "app:/other" }, Start);
        model.Allocate(Start).Explanations.ShouldHaveSingleItem().Rejections.ShouldHaveSingleItem().Missing.ShouldBe(210);

        model.ReleaseVolume("t1#0#data").ShouldBeTrue();
        model.ReleaseVolume("t1#0#data").ShouldBeFalse();
        model.Allocate(Start).Placements.ShouldHaveSingleItem().AgentId.ShouldBe("a1");
    }

    [Fact]
    public void A_task_comes_back_to_its_volume()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        var first = Placed(model, Database("t1", new VolumeRequest(VolumeKind.Root, 600, "data")));
        model.SetAgent(Agent("a0"));
        model.Release(first.TaskId);
        var again = Placed(model, Database("t2") with { ExistingVolumes = ["t1#0#data"] });
        again.AgentId.ShouldBe("a1");
        again.Volumes.ShouldBeEmpty();
        model.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(390_000);
    }

    [Fact]
    public void Why_a_task_cannot_come_back_is_told()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SetAgent(Agent("a2"));
        model.AdoptVolume(new() { Id = "v", AgentId = "a1", Owner = "app:/db", Size = 1 });
        model.SetAvailability("a1", AgentAvailability.Draining);
        model.SubmitDemand(Database("t1") with { ExistingVolumes = ["v"] }, Start);
        model.SubmitDemand(Database("t2") with { ExistingVolumes = ["lost"] }, Start);
        var told = model.Allocate(Start).Explanations.ToDictionary(explanation => explanation.DemandId, explanation => explanation);
        told["t1"].Rejections.Select(rejection => rejection.ToString()).ShouldBe(["the task's volumes are on agent a1, not on 1 agent", "draining: 1 agent"]);
        told["t1"].Impossible.ShouldBeFalse();
        told["t2"].Rejections.Select(rejection => rejection.ToString()).ShouldContain("volume lost is on no agent");
        told["t2"].Impossible.ShouldBeTrue();
    }

    [Fact]
    public void Path_disks_are_divided_and_mount_disks_are_held_whole()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", Disk(DiskSourceType.Path, "/p", 300), Disk(DiskSourceType.Mount, "/m", 500)));
        var first = Placed(model, Database("t1", new(VolumeKind.Path, 100, "p"), new(VolumeKind.Mount, 200, "m")));
        first.Volumes.Select(volume => (volume.Root, volume.Size)).ShouldBe([("/p", 100m), ("/m", 500m)]);
        model.Release(first.TaskId);
        model.UsageOf("a1")!.Free.Items.Where(resource => resource.Disk is not null).ShouldHaveSingleItem().ShouldBe(Disk(DiskSourceType.Path, "/p", 200));

        // The mount disk is taken although nobody uses it; on the path disk 200 are left.
        var second = Placed(model, Database("t2", new VolumeRequest(VolumeKind.Path, 200, "p")));
        model.SubmitDemand(Database("t3", new VolumeRequest(VolumeKind.Mount, 1)), Start);
        model.Allocate(Start).Explanations.ShouldHaveSingleItem().Rejections.ShouldHaveSingleItem().Reason.ShouldBe(RejectionReason.NoMountDisk);

        model.ReleaseVolume("t1#0#m");
        model.Allocate(Start).Placements.ShouldHaveSingleItem().Volumes[0].Root.ShouldBe("/m");
        model.Release(second.TaskId);
        model.ReleaseVolumes(["t1#0#p", "t2#0#p", "t3#0#"]).ShouldBe(3);
        model.Release("t3#0");
        model.UsageOf("a1")!.Free.Equals(Agent("a1", Disk(DiskSourceType.Path, "/p", 300), Disk(DiskSourceType.Mount, "/m", 500)).Total).ShouldBeTrue();
        model.RoleUsages().ShouldBeEmpty();
    }

    [Fact]
    public void Reserved_disk_of_a_volume_stays_with_the_volume()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1") with { Total = Resources.Parse("cpus:4;mem:4096;disk:100;disk(data):500") });
        var placement = Placed(model, Database("t1", new VolumeRequest(VolumeKind.Root, 450, "data")));
        placement.Volumes[0].FromReserved.ShouldHaveSingleItem().Scalars.Disk.ShouldBe(450);
        // The task's own 10 MB come from the reservation too.
        placement.FromReserved.ShouldHaveSingleItem().Scalars.Disk.ShouldBe(10);
        model.Release(placement.TaskId);
        model.UsageOf("a1")!.Free.Equals(Resources.Parse("cpus:4;mem:4096;disk:100;disk(data):50")).ShouldBeTrue();
    }

    [Fact]
    public void Volumes_come_back_after_a_restart_from_their_owner_or_with_their_agent()
    {
        var volume = new PersistentVolume { Id = "t1#0#data", AgentId = "a1", Owner = "app:/db", Role = "data", Size = 600 };
        var fromOwner = new AllocatorModel();
        fromOwner.Resync("app:/db", [], [volume]);
        fromOwner.SetAgent(Agent("a1"));
        fromOwner.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(400_000);

        var fromAgent = new AllocatorModel();
        fromAgent.SetAgent(Agent("a1"), [], [volume]);
        fromAgent.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(400_000);
        fromAgent.Resync("app:/db", [], [volume]);
        fromAgent.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(400_000);
        // What the owner does not know is given back.
        fromAgent.Resync("app:/db", []);
        fromAgent.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(1_000_000);
        fromAgent.Volumes.ShouldBeEmpty();
    }

    [Fact]
    public void An_agent_that_registers_again_has_its_volumes_still_and_one_that_is_gone_takes_them_along()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", Disk(DiskSourceType.Mount, "/m", 500)));
        Placed(model, Database("t1", new VolumeRequest(VolumeKind.Mount, 200, "m")));
        model.SetAgent(Agent("a1", Disk(DiskSourceType.Mount, "/m", 500)) with { Attributes = Attributes.Parse("rack:b") });
        model.UsageOf("a1")!.Free.Quantities.Disk.ShouldBe(990_000);
        model.RemoveAgent("a1")!.TaskIds.ShouldBe(["t1#0"]);
        model.Volumes.ShouldBeEmpty();
        model.RoleUsages().ShouldBeEmpty();
    }

    [Fact]
    public void A_volume_counts_against_the_quota_of_its_role()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1"));
        model.SetQuota("data", new() { Limits = ResourceLimits.Parse("disk:700") }, force: true).ShouldBeEmpty();
        var first = Placed(model, Database("t1", new VolumeRequest(VolumeKind.Root, 600)));
        model.Release(first.TaskId);
        model.SubmitDemand(Database("t2", new VolumeRequest(VolumeKind.Root, 100)), Start);
        // 700 - 600 = 100 are left; 100 + 10 are wanted.
        var rejection = model.Allocate(Start).Explanations.ShouldHaveSingleItem().Rejections[0];
        (rejection.Reason, rejection.Missing).ShouldBe((RejectionReason.QuotaLimit, 10));
    }

    [Fact]
    public void Nobody_is_offered_the_disk_of_a_volume()
    {
        var model = new AllocatorModel();
        model.SetAgent(Agent("a1", Disk(DiskSourceType.Mount, "/m", 500)));
        var placement = Placed(model, Database("t1", new VolumeRequest(VolumeKind.Mount, 200, "m")));
        model.Release(placement.TaskId);
        model.Subscribe(new() { Id = "f1", Roles = ["*"] });
        var offer = model.Allocate(Start).Offers.ShouldHaveSingleItem();
        offer.Resources.Items.ShouldAllBe(resource => resource.Disk == null);
    }
}
