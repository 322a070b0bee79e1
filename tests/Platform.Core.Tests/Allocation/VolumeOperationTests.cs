using Platform.Core.Allocation;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>Volumes that grow and shrink, and reservations that are moved, by frameworks and by operators.</summary>
public class VolumeOperationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Reservation Db = new(ReservationType.Dynamic, "db");

    private static Resources Disk(int mb) => Resources.Parse($"disk:{mb}").PushReservation(Db);

    private static Resources Volume(int mb, string id = "v", DiskSource? source = null, bool isShared = false) =>
        Disk(mb).Select(resource => resource with { Shared = isShared, Disk = new() { PersistenceId = id, Source = source } });

    private static AllocatorModel ClusterWithDisk(int mb = 100)
    {
        var model = new AllocatorModel();
        model.SetAgent(new() { Id = "a1", Hostname = "a1", Total = Resources.Parse($"cpus:4;mem:4096;disk:{mb}") });
        model.Operate("a1", new(OfferOperationKind.Reserve, Disk(mb))).ShouldBeNull();
        return model;
    }

    [Fact]
    public void A_framework_grows_a_volume_uses_it_and_shrinks_it_again()
    {
        var model = ClusterWithDisk();
        model.Subscribe(new() { Id = "f1", Roles = ["db"] }).ShouldBeEmpty();
        var offer = model.Allocate(Start).Offers.Single();
        var result = model.Accept("f1", [offer.Id],
        [
            new(OfferOperationKind.Create, Volume(40)),
            new(OfferOperationKind.Grow, Volume(40)) { Source = Disk(25) },
            // 100 - 40 - 25 = 35 are left.
            new(OfferOperationKind.Grow, Volume(65)) { Source = Disk(36) },
            new(OfferOperationKind.Launch, Resources.Parse("cpus:1") + Volume(65), "t1"),
            new(OfferOperationKind.Shrink, Volume(65)) { Subtract = ScalarValue.From(5) },
        ], 0, Start);
        result.OperationErrors.Select(error => error is null).ShouldBe([true, true, false, true, false]);
        result.OperationErrors[2]!.ShouldStartWith("Grow needs ");
        result.OperationErrors[4]!.ShouldStartWith("Shrink needs ");
        model.ResourcesOf("t1")!.PersistentVolumes().Equals(Volume(65)).ShouldBeTrue();

        model.Release("t1");
        var again = model.Allocate(Start.AddSeconds(1)).Offers.Where(made => made.Resources.Any(resource => resource.IsPersistentVolume)).ShouldHaveSingleItem();
        model.Accept("f1", [again.Id], [new(OfferOperationKind.Shrink, Volume(65)) { Subtract = ScalarValue.From(50) }], 0, Start.AddSeconds(1)).IsDone.ShouldBeTrue();
        // 15 in the volume and 85 beside it.
        model.DynamicReservations["a1"].Equals(Volume(15) + Disk(85)).ShouldBeTrue();
    }

    [Fact]
    public void An_operator_grows_and_shrinks_what_no_task_uses()
    {
        var model = ClusterWithDisk();
        model.Operate("a1", new(OfferOperationKind.Create, Volume(40))).ShouldBeNull();
        model.Operate("a1", new(OfferOperationKind.Grow, Volume(40)) { Source = Disk(60) }).ShouldBeNull();
        model.DynamicReservations["a1"].Equals(Volume(100)).ShouldBeTrue();
        model.Operate("a1", new(OfferOperationKind.Shrink, Volume(100)) { Subtract = ScalarValue.From(99.5) }).ShouldBeNull();
        model.UsageOf("a1")!.Agent.Total.Where(resource => resource.Name == "disk").Quantities.ShouldBe(ResourceQuantities.Parse("disk:100"));
        model.DynamicReservations["a1"].PersistentVolumes().Milli("disk").ShouldBe(500);
        model.Operate("a1", new(OfferOperationKind.Grow, Volume(40)) { Source = Disk(1) }).ShouldNotBeNull("the volume has another size by now");
    }

    public static TheoryData<string, OfferOperation> Refused() => new()
    {
        { "Grow needs one persistent volume on reserved disk", new(OfferOperationKind.Grow, Disk(40)) { Source = Disk(1) } },
        { "Grow needs one disk in its source, more than zero of it", new(OfferOperationKind.Grow, Volume(40)) { Source = Disk(0) } },
        { "Grow cannot be done on a shared volume", new(OfferOperationKind.Grow, Volume(40, isShared: true)) { Source = Disk(1) } },
        { "Grow needs disk of the same kind and reservation", new(OfferOperationKind.Grow, Volume(40)) { Source = Resources.Parse("disk:1") } },
        { "Grow needs disk of the same kind and reservation", new(OfferOperationKind.Grow, Volume(40)) { Source = Resources.Parse("cpus:1").PushReservation(Db) } },
        {
            "Grow needs disk of the same kind and reservation",
            new(OfferOperationKind.Grow, Volume(40, source: new(DiskSourceType.Mount, "/m"))) { Source = Disk(1).Select(disk => disk with { Disk = new() { Source = new(DiskSourceType.Mount, "/m") } }) }
        },
        { "Shrink needs an amount above zero", new(OfferOperationKind.Shrink, Volume(40)) },
        { "Shrink takes off 40, which must be less than the size of the volume, 40", new(OfferOperationKind.Shrink, Volume(40)) { Subtract = ScalarValue.From(40) } },
        { "Shrink cannot be done on a disk that is given out whole", new(OfferOperationKind.Shrink, Volume(40, source: new(DiskSourceType.Mount, "/m"))) { Subtract = ScalarValue.From(1) } },
        { "Shrink cannot be done on a shared volume", new(OfferOperationKind.Shrink, Volume(40, isShared: true)) { Subtract = ScalarValue.From(1) } },
        { "Create needs a new id: role 'db' has a volume 'v' on agent 'a1'", new(OfferOperationKind.Create, Volume(10)) },
        { "Create needs persistent volumes on reserved disk", new(OfferOperationKind.Create, Disk(10)) },
        { "Reserve needs the same amounts", new(OfferOperationKind.Reserve, Disk(10)) { Source = Resources.Parse("disk:11") } },
        { "Reserve needs the same reservations on all of its source", new(OfferOperationKind.Reserve, Resources.Parse("disk:10;mem:5").PushReservation(Db)) { Source = Disk(10) + Resources.Parse("mem:5") } },
        { "Reserve cannot be done on persistent volumes", new(OfferOperationKind.Reserve, Disk(40)) { Source = Volume(40) } },
        { "Reserve names no resources", new(OfferOperationKind.Reserve, Resources.Empty) },
        { "Unreserve needs resources with a dynamic reservation on top", new(OfferOperationKind.Unreserve, Resources.Parse("disk(db):1")) },
        { "Launch is not an operation on reservations or volumes", new(OfferOperationKind.Launch, Resources.Parse("cpus:1"), "t") },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_done_is_refused_and_changes_nothing(string problem, OfferOperation operation)
    {
        var model = ClusterWithDisk();
        model.Operate("a1", new(OfferOperationKind.Create, Volume(40))).ShouldBeNull();
        var before = model.UsageOf("a1")!;
        model.Operate("a1", operation).ShouldNotBeNull().ShouldContain(problem);
        model.UsageOf("a1")!.Agent.Total.Equals(before.Agent.Total).ShouldBeTrue();
        model.UsageOf("a1")!.Free.Equals(before.Free).ShouldBeTrue();
    }

    [Fact]
    public void A_reservation_moves_to_another_role_without_being_free_in_between()
    {
        var model = ClusterWithDisk();
        model.Subscribe(new() { Id = "thief", Roles = ["*"] }).ShouldBeEmpty();
        model.Allocate(Start);
        Reservation[] refined = [new(ReservationType.Dynamic, "ops"), new(ReservationType.Dynamic, "ops/web")];
        var moved = Resources.Parse("disk:70").PushReservation(refined[0]).PushReservation(refined[1]);
        model.Operate("a1", new(OfferOperationKind.Reserve, moved) { Source = Disk(70) }).ShouldBeNull();
        model.Allocate(Start).Offers.ShouldBeEmpty();
        model.RoleUsages().Single(role => role.Role == "ops").Reserved.ShouldBe(ResourceQuantities.Parse("disk:70"));
        model.RoleUsages().Single(role => role.Role == "db").Reserved.ShouldBe(ResourceQuantities.Parse("disk:30"));
        // And from two levels back to one.
        model.Operate("a1", new(OfferOperationKind.Reserve, Disk(70)) { Source = moved }).ShouldBeNull();
        model.DynamicReservations["a1"].Equals(Disk(100)).ShouldBeTrue();
    }

    [Fact]
    public void A_shared_volume_is_destroyed_once_no_task_uses_it_and_its_offers_are_taken_back()
    {
        var model = ClusterWithDisk();
        var shared = Volume(40, isShared: true);
        foreach (var id in new[] { "f1", "f2" })
            model.Subscribe(new() { Id = id, Roles = ["db"], Capabilities = FrameworkCapabilities.SharedResources }).ShouldBeEmpty();
        model.Operate("a1", new(OfferOperationKind.Create, shared)).ShouldBeNull();
        var first = model.Allocate(Start).Offers.Single();
        model.Accept(first.FrameworkId, [first.Id], [new(OfferOperationKind.Launch, Resources.Parse("cpus:1;mem:64") + shared, "t1")], 60, Start).IsDone.ShouldBeTrue();
        var second = model.Allocate(Start).Offers.ShouldHaveSingleItem();
        second.Resources.Unallocate().Contains(shared).ShouldBeTrue();

        model.Operate("a1", new(OfferOperationKind.Destroy, shared)).ShouldBe("a shared volume is still in use");
        model.OfferCount.ShouldBe(1);
        model.Release("t1");
        model.Operate("a1", new(OfferOperationKind.Destroy, shared)).ShouldBeNull();
        model.Allocate(Start).Rescinded.ShouldContain(offer => offer.OfferId == second.Id);
        model.UsageOf("a1")!.Agent.Total.SharedOnly().IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_framework_that_destroys_its_shared_volume_is_not_offered_it_again()
    {
        var model = ClusterWithDisk();
        model.Subscribe(new() { Id = "f1", Roles = ["db"], Capabilities = FrameworkCapabilities.SharedResources }).ShouldBeEmpty();
        var offer = model.Allocate(Start).Offers.Single();
        var shared = Volume(40, isShared: true);
        model.Accept("f1", [offer.Id], [new(OfferOperationKind.Create, shared), new(OfferOperationKind.Destroy, shared)], 0, Start).IsDone.ShouldBeTrue();
        var again = model.Allocate(Start.AddSeconds(1)).Offers.ShouldHaveSingleItem();
        again.Resources.Unallocate().Equals(Resources.Parse("cpus:4;mem:4096") + Disk(100)).ShouldBeTrue(again.Resources.ToString());
    }

    [Fact]
    public void A_framework_that_cannot_share_makes_no_shared_volumes()
    {
        var model = ClusterWithDisk();
        model.Subscribe(new() { Id = "f1", Roles = ["db"] }).ShouldBeEmpty();
        var offer = model.Allocate(Start).Offers.Single();
        model.Accept("f1", [offer.Id], [new(OfferOperationKind.Create, Volume(40, isShared: true))], 0, Start)
            .OperationErrors.ShouldHaveSingleItem()!.ShouldContain("SHARED_RESOURCES");
    }
}
