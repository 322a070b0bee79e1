using System.Text.Json;
using Platform.Core.Tests.Conformance;

namespace Platform.Core.Tests.ResourceModel;

public class ResourcesTableTests
{
    private static readonly JsonElement Table = ConformanceFile.Table("resources");

    [Fact]
    public void The_text_form_is_read()
    {
        var resources = Resources.Parse("cpus:45.55;ports:[10000-20000, 30000-50000];disks:{sda1}");
        resources.Milli("cpus").ShouldBe(45_550);
        resources.Ports.ToString().ShouldBe("[10000-20000, 30000-50000]");
        resources.Items.Single(resource => resource.Name == "disks").Items.ShouldBe(["sda1"]);
    }

    [Fact]
    public void A_role_in_parentheses_is_one_static_reservation()
    {
        foreach (var resource in Resources.Parse("cpus(role1):2;mem(role1):3"))
            resource.Reservations.ShouldHaveSingleItem().ShouldBe(new Reservation(ReservationType.Static, "role1"));
    }

    [Fact]
    public void The_default_role_applies_where_none_is_written()
    {
        var resources = Resources.Parse("cpus:2.5;ports(role2):[0-100]", "role1");
        resources.Single(resource => resource.Name == "cpus").ReservationRole.ShouldBe("role1");
        resources.Single(resource => resource.Name == "ports").ReservationRole.ShouldBe("role2");
    }

    public static TheoryData<string> ParseErrors() => new(Table.GetProperty("parse_error").EnumerateArray().Select(row => row.GetString()!));

    [Theory]
    [MemberData(nameof(ParseErrors))]
    public void A_malformed_text_is_refused(string text) => Resources.TryParse(text, out _, out _).ShouldBeFalse();

    private const string Scalar = """{"name":"a","type":"SCALAR","scalar":{"value":1}}""";

    public static IEnumerable<object[]> JsonErrors() =>
    [
        ["top level is one object instead of an array", Scalar],
        ["array of arrays", $"[[{Scalar}]]"],
        ["missing comma", $"[{Scalar} {Scalar}]"],
        ["text after the array", $"[{Scalar}] once upon a time"],
        ["missing type", """[{"name":"a","scalar":{"value":1}}]"""],
        ["empty name", """[{"name":"","type":"SCALAR","scalar":{"value":1}}]"""],
        ["unknown type FLOATINGPOINT", """[{"name":"a","type":"FLOATINGPOINT","scalar":{"value":1}}]"""],
        ["negative scalar", """[{"name":"a","type":"SCALAR","scalar":{"value":-1}}]"""],
        ["same name with two types", $$$"""[{{{Scalar}}},{"name":"a","type":"SET","set":{"item":["x"]}}]"""],
        ["disk.persistence present (volumes not allowed in --resources)", """[{"name":"disk","type":"SCALAR","scalar":{"value":1},"disk":{"persistence":{"id":"v"}}}]"""],
        ["dynamic reservation present", """[{"name":"a","type":"SCALAR","scalar":{"value":1},"reservations":[{"type":"DYNAMIC","role":"r"}]}]"""],
        ["revocable present", """[{"name":"a","type":"SCALAR","scalar":{"value":1},"revocable":{}}]"""],
    ];

    [Theory]
    [MemberData(nameof(JsonErrors))]
    public void Malformed_JSON_is_refused(string rule, string json) => Resources.TryParse(json, out _, out _).ShouldBeFalse(rule);

    [Fact]
    public void Every_JSON_error_rule_of_the_table_is_covered() =>
        JsonErrors().Select(row => (string)row[0]).ShouldBe(Table.GetProperty("json_error_rules").EnumerateArray().Select(rule => rule.GetString()!));

    [Fact]
    public void Scalars_print_with_at_most_three_decimals()
    {
        foreach (var row in Table.GetProperty("print_scalar").EnumerateArray())
            Resource.Scalar("cpus", ScalarValue.From(row[0].GetDouble()).Milli).ToString().ShouldBe(row[1].GetString());
    }

    [Fact]
    public void Resources_print_as_the_table_says()
    {
        var disk = Resource.Scalar("disk", 1000).PushReservation(new(ReservationType.Static, "alice"));
        var volume = disk with { Disk = new() { PersistenceId = "hadoop", Volume = new("/data") } };
        var mounted = disk with { Disk = volume.Disk with { Volume = new("/data", "/hdfs", "RW") } };
        string[] printed =
        [
            Resources.Parse("cpus:45.55;ports:[10000-20000, 30000-50000];disks:{sda1}").ToString(),
            disk.ToString(),
            (disk with { AllocationRole = "role" }).ToString(),
            (disk with { Revocable = true }).ToString(),
            volume.ToString(),
            mounted.ToString(),
            (mounted with { Disk = mounted.Disk with { Source = new(DiskSourceType.Mount, "/mnt1") } }).ToString(),
            mounted.PushReservation(new(ReservationType.Dynamic, "alice/refined", "hdfs-p")).ToString(),
        ];
        printed.ShouldBe(Table.GetProperty("print").EnumerateArray().Select(row => row[1].GetString()!));
    }
}
