using Platform.Api.Mesos.Mapping;
using Platform.Core;
using Platform.Mesos.Protocol;
using Wire = Platform.Mesos.Wire;

namespace Platform.Api.Tests.Mesos;

/// <summary>Resources between Mesos' messages and the cluster's own.</summary>
public sealed class ResourceMappingTests
{
    private static Resources Read(string json, out string? problem)
    {
        var offer = MesosJson.Parse<Wire.Offer>($"{{\"resources\":{json}}}");
        return ResourceMapping.Read(offer.Resources, out problem);
    }

    [Fact]
    public void What_was_written_is_read_again()
    {
        var volume = new Resource
        {
            Name = "disk",
            Milli = 64_000,
            Reservations = [new(ReservationType.Static, "a"), new(ReservationType.Dynamic, "a/b", "p") { Labels = [new("k", "v"), new("only")] }],
            Disk = new() { Source = new(DiskSourceType.Mount, "/mnt"), PersistenceId = "v", PersistencePrincipal = "p", Volume = new("data", null, "RW") },
            AllocationRole = "a/b",
            Shared = true,
        };
        var all = Resources.Of([.. Resources.Parse("cpus:2.5;mem(ads):64;ports:[1-2,5-9];x:{a,b}").Items, volume, Resource.Scalar("cpus", 500) with { Revocable = true }]);
        var wire = new Wire.Offer();
        ResourceMapping.Write(all, wire.Resources);
        var read = ResourceMapping.Read(MesosJson.Parse<Wire.Offer>(System.Text.Encoding.UTF8.GetString(MesosJson.ToUtf8Bytes(wire))).Resources, out var problem);
        problem.ShouldBeNull();
        read.ShouldBe(all);
    }

    [Fact]
    public void The_form_from_before_refined_reservations_is_read_too()
    {
        Read("""[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"a"},{"name":"mem","type":"SCALAR","scalar":{"value":1},"role":"a","reservation":{"principal":"p"}}]""", out var problem)
            .Items.Select(resource => resource.Reservations.Single()).ShouldBe([new(ReservationType.Static, "a"), new(ReservationType.Dynamic, "a", "p")]);
        problem.ShouldBeNull();
    }

    [Theory]
    [InlineData("""[{"name":"cpus","type":"SCALAR"}]""")]
    [InlineData("""[{"name":"cpus","type":"SCALAR","scalar":{"value":-1}}]""")]
    [InlineData("""[{"name":"ports","type":"RANGES","ranges":{"range":[{"begin":5,"end":4}]}}]""")]
    [InlineData("""[{"name":"","type":"SCALAR","scalar":{"value":1}}]""")]
    [InlineData("""[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"*"}]}]""")]
    public void What_makes_no_sense_is_told(string json)
    {
        Read(json, out var problem);
        problem.ShouldNotBeNull();
    }
}
