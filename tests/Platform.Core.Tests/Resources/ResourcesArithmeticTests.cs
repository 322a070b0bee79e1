using System.Text.Json;

namespace Platform.Core.Tests.ResourceModel;

public class ResourcesArithmeticTests
{
    private static Resources R(string text) => Resources.Parse(text);

    [Fact]
    public void A_thousand_small_steps_up_and_down_leave_nothing()
    {
        var sum = Resources.Empty;
        for (var step = 0; step < 1000; step++)
            sum += R("cpus:0.1;mem:0.001");
        // 1000 * 0.1 = 100; 1000 * 0.001 = 1.
        sum.ShouldBe(R("cpus:100;mem:1"));
        for (var step = 0; step < 1000; step++)
            sum -= R("cpus:0.1;mem:0.001");
        sum.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Empty_amounts_vanish() => R("cpus:0;mem:1;ports:[];x:{}").ToString().ShouldBe("mem:1");

    [Fact]
    public void Resources_of_different_roles_stay_apart()
    {
        var both = R("cpus:1") + R("cpus(role):2");
        both.Count.ShouldBe(2);
        both.Milli("cpus").ShouldBe(3000);
        both.Contains(R("cpus:2")).ShouldBeFalse();
        both.AllocatableTo("role/child").ShouldBe(both);
        both.AllocatableTo("other").ShouldBe(R("cpus:1"));
    }

    [Fact]
    public void Mount_disks_of_equal_size_are_two_disks()
    {
        var disk = Resource.Scalar("disk", 1000) with { Disk = new() { Source = new(DiskSourceType.Mount) } };
        var two = Resources.Of(disk, disk);
        two.Count.ShouldBe(2);
        (two - Resources.Of(disk)).ShouldBe(Resources.Of(disk));
        Resources.Of(disk).Contains(two).ShouldBeFalse();
        Resources.Of(disk).Contains(Resource.Scalar("disk", 500) with { Disk = disk.Disk }).ShouldBeFalse();
    }

    [Fact]
    public void Path_disks_can_be_divided()
    {
        var disk = Resource.Scalar("disk", 1000) with { Disk = new() { Source = new(DiskSourceType.Path, "/d") } };
        Resources.Of(disk).Contains(disk with { Milli = 500 }).ShouldBeTrue();
        Resources.Of(disk, disk).Items.ShouldHaveSingleItem().Milli.ShouldBe(2000);
    }

    [Fact]
    public void A_shared_volume_is_counted_by_its_holders_and_summed_once()
    {
        var volume = Resource.Scalar("disk", 64_000).PushReservation(new(ReservationType.Dynamic, "r"))
            with { Shared = true, Disk = new() { PersistenceId = "v", Volume = new("/v") } };
        var held = Resources.Of(volume, volume, volume);
        held.Items.ShouldHaveSingleItem().Copies.ShouldBe(3);
        held.Milli("disk").ShouldBe(64_000);
        (held - Resources.Of(volume)).Items[0].Copies.ShouldBe(2);
        (held - held).IsEmpty.ShouldBeTrue();
        Resources.Of(volume).Contains(Resources.Of(volume, volume)).ShouldBeFalse();
    }

    [Fact]
    public void Revocable_and_ordinary_amounts_do_not_mix()
    {
        var revocable = Resources.Of(Resource.Scalar("cpus", 1000) with { Revocable = true });
        (R("cpus:1") + revocable).Count.ShouldBe(2);
        R("cpus:1").Contains(revocable).ShouldBeFalse();
        (R("cpus:1") + revocable).NonRevocable().ShouldBe(R("cpus:1"));
    }

    [Fact]
    public void A_reservation_is_refined_by_pushing_a_deeper_role()
    {
        var refined = R("cpus(a):1").PushReservation(new(ReservationType.Dynamic, "a/b", "ops"));
        refined.Items[0].ReservationRole.ShouldBe("a/b");
        refined.Items[0].HasRefinedReservations.ShouldBeTrue();
        refined.PopReservation().ShouldBe(R("cpus(a):1"));
        R("cpus(a):1").PushReservation(new(ReservationType.Dynamic, "b")).Items[0].Validate()
            .ShouldBe("Invalid refined reservation: role 'b' is not a refinement of 'a'");
    }

    [Theory]
    [InlineData("gpus:1.5")]
    [InlineData("gpus:[1-2]")]
    public void Gpus_are_whole_devices(string text) => Resources.TryParse(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void Every_problem_of_a_text_is_listed()
    {
        Resources.TryParse("cpus;mem(a:1;gpus:0.5", out _, out var errors).ShouldBeFalse();
        errors.Length.ShouldBe(2);
        Resources.TryParse("gpus:0.5;cpus(*/x):1", out _, out errors).ShouldBeFalse();
        errors.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("\"cpus:1.5;mem(role):32;ports:[1-2,5-9];x:{a,b}\"")]
    [InlineData("""[{"name":"disk","type":"SCALAR","scalar":{"value":1.5},"reservations":[{"type":"STATIC","role":"a"},{"type":"DYNAMIC","role":"a/b","principal":"p","labels":{"labels":[{"key":"k","value":"v"},{"key":"n"}]}}],"allocation_info":{"role":"a/b"},"disk":{"persistence":{"id":"v","principal":"p"},"volume":{"container_path":"/c","mode":"RW"},"source":{"type":"MOUNT","mount":{"root":"/m"}}},"shared":{}}]""")]
    [InlineData("""[{"name":"cpus","type":"SCALAR","scalar":{"value":2},"revocable":{}}]""")]
    public void Json_is_read_and_written_the_same(string json) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize<Resources>(json), Relaxed).ShouldBe(json);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_form_before_reservation_refinement_is_read()
    {
        const string Json = """[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"r","reservation":{"principal":"p"}}]""";
        JsonSerializer.Deserialize<Resources>(Json)!.Items[0].Reservations
            .ShouldBe([new Reservation(ReservationType.Dynamic, "r", "p")]);
    }

    [Fact]
    public void Limits_keep_a_bound_of_zero_and_have_none_for_missing_names()
    {
        var limits = ResourceLimits.Parse("cpus:0;mem:512");
        limits.Allows(ResourceQuantities.Parse("mem:512;disk:9999")).ShouldBeTrue();
        limits.Allows(ResourceQuantities.Parse("cpus:0.001")).ShouldBeFalse();
        limits.Minus(ResourceQuantities.Parse("mem:500;disk:1")).ToString().ShouldBe("cpus:0; mem:12");
    }
}
