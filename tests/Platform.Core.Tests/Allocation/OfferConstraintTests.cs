using System.Collections.Immutable;
using System.Text.Json;
using Platform.Core.Allocation;
using Platform.Core.Tests.Conformance;

namespace Platform.Core.Tests.AllocationModel;

public class OfferConstraintTests
{
    private static readonly JsonElement Table = ConformanceFile.Table("offer_constraints");

    public static IEnumerable<object[]> Rows() => Table.GetProperty("rows").EnumerateArray()
        .Select(row => new object[] { row[0].GetString()!, row[1].GetString()!, row[2].GetBoolean() });

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_agent_is_excluded_as_the_table_says(string predicate, string attributes, bool isExcluded)
    {
        var model = new AllocatorModel();
        model.Subscribe(new() { Id = "f1", Roles = ["roleA"], OfferConstraints = Parse(predicate) }).ShouldBeEmpty();
        model.SetAgent(new() { Id = "a1", Hostname = "host", Total = Resources.Parse("cpus:1;mem:64"), Attributes = Attributes.Parse(attributes) });
        model.Allocate(DateTimeOffset.UnixEpoch).Offers.IsEmpty.ShouldBe(isExcluded);
    }

    [Theory]
    [InlineData("[a-d", false)]
    [InlineData("(a+){50}", false)]
    [InlineData("(a+){500}", false)]
    [InlineData(@"(a)\1", false)]
    [InlineData("a(?=b)", false)]
    [InlineData("a)|(b", false)]
    [InlineData("(a+){10}", true)]
    [InlineData("[a-d]+", true)]
    [InlineData("rack-(1|2|3)[^x]?.{0,5}", true)]
    public void Only_small_regular_expressions_of_linear_time_are_accepted(string regex, bool isAccepted)
    {
        foreach (var predicate in new[] { OfferConstraintPredicate.TextMatches, OfferConstraintPredicate.TextNotMatches })
            Of([new OfferConstraint { AttributeName = "bar", Predicate = predicate, Value = regex }]).Validate().IsEmpty.ShouldBe(isAccepted, regex);
    }

    [Fact]
    public void Empty_groups_and_names_are_refused()
    {
        Of([]).Validate().ShouldHaveSingleItem();
        new OfferConstraints { Roles = ImmutableDictionary<string, ImmutableArray<OfferConstraintGroup>>.Empty.Add("r", []) }.Validate().ShouldHaveSingleItem();
        Of([new OfferConstraint()]).Validate().ShouldHaveSingleItem();
    }

    [Fact]
    public void Host_region_and_zone_can_be_asked_for()
    {
        var model = new AllocatorModel();
        model.Subscribe(new()
        {
            Id = "f1",
            Roles = ["roleA"],
            Capabilities = FrameworkCapabilities.RegionAware,
            OfferConstraints = Of(
            [
                new OfferConstraint { Subject = OfferConstraintSubject.Hostname, Predicate = OfferConstraintPredicate.TextMatches, Value = "web.*" },
                new OfferConstraint { Subject = OfferConstraintSubject.Region, Predicate = OfferConstraintPredicate.TextEquals, Value = "eu" },
                new OfferConstraint { Subject = OfferConstraintSubject.Zone, Predicate = OfferConstraintPredicate.Exists },
            ]),
        });
        foreach (var (id, host, domain) in new[] { ("a1", "web1", new FaultDomain("eu", "z1")), ("a2", "db1", new("eu", "z1")), ("a3", "web2", new("us", "z1")), ("a4", "web3", null) })
            model.SetAgent(new() { Id = id, Hostname = host, Total = Resources.Parse("cpus:1;mem:64"), FaultDomain = domain });
        model.Allocate(DateTimeOffset.UnixEpoch).Offers.ShouldHaveSingleItem().AgentId.ShouldBe("a1");
    }

    private static OfferConstraints Parse(string text)
    {
        var exists = new OfferConstraint { AttributeName = "foo", Predicate = OfferConstraintPredicate.Exists };
        var notExists = new OfferConstraint { AttributeName = "bar", Predicate = OfferConstraintPredicate.NotExists };
        if (text == "(no constraints)")
            return OfferConstraints.None;
        if (text.StartsWith("AND", StringComparison.Ordinal))
            return Of([exists, notExists]);
        if (text.StartsWith("OR", StringComparison.Ordinal))
            return Of([exists], [notExists]);
        var words = text.Split(' ', 2);
        return Of([new OfferConstraint
        {
            AttributeName = "bar",
            Predicate = Enum.Parse<OfferConstraintPredicate>(words[0].Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            Value = words.Length > 1 ? words[1] : "",
        }]);
    }

    private static OfferConstraints Of(params OfferConstraint[][] groups) => new()
    {
        Roles = ImmutableDictionary<string, ImmutableArray<OfferConstraintGroup>>.Empty
            .Add("roleA", [.. groups.Select(group => new OfferConstraintGroup([.. group]))]),
    };
}
