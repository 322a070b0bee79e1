using System.Text.Json;
using Platform.Core.Tests.Conformance;

namespace Platform.Core.Tests.ResourceModel;

public class ValueTableTests
{
    private static readonly JsonElement Values = ConformanceFile.Table("values");

    public static IEnumerable<object[]> ParseOk() => Values.GetProperty("parse_ok").EnumerateArray()
        .Select(row => new object[] { row[0].GetString()!, row[1].GetString()!, row[2].GetRawText() });

    [Theory]
    [MemberData(nameof(ParseOk))]
    public void A_value_is_read_with_its_type(string text, string type, string expected)
    {
        var value = Attributes.Parse($"x:{text}").First("x")!;
        value.Type.ToString().ToUpperInvariant().ShouldBe(type);
        using var document = JsonDocument.Parse(expected);
        switch (type)
        {
            case "SCALAR":
                value.Milli.ShouldBe(ScalarValue.From(document.RootElement.GetDouble()).Milli);
                break;
            case "RANGES":
                value.Ranges.Items.Select(range => new[] { range.Begin, range.End })
                    .ShouldBe(document.RootElement.EnumerateArray().Select(pair => new[] { pair[0].GetInt64(), pair[1].GetInt64() }));
                break;
            case "SET":
                value.Items.ShouldBe(document.RootElement.EnumerateArray().Select(item => item.GetString()!));
                break;
            default:
                value.Text.ShouldBe(document.RootElement.GetString());
                break;
        }
    }

    public static TheoryData<string> ParseError() => new(Values.GetProperty("parse_error").EnumerateArray().Select(row => row.GetString()!));

    [Theory]
    [MemberData(nameof(ParseError))]
    public void A_malformed_value_is_refused(string text) => Attributes.TryParse($"x:{text}", out _, out _).ShouldBeFalse();

    public static IEnumerable<object[]> Canonical() => Values.GetProperty("ranges_canonical").EnumerateArray()
        .Select(row => new object[] { row[0].GetString()!, row[1].GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal) });

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Ranges_are_coalesced(string text, string expected) =>
        JsonSerializer.Serialize(Ranges(text).Items.Select(range => new[] { range.Begin, range.End })).ShouldBe(expected);

    public static IEnumerable<object[]> Triples(string table) => Values.GetProperty(table).EnumerateArray()
        .Select(row => new object[] { row[0].GetString()!, row[1].GetString()!, row[2].GetString()! });

    [Theory]
    [MemberData(nameof(Triples), "ranges_add")]
    public void Ranges_are_added(string left, string right, string sum) => Ranges(left).Plus(Ranges(right)).ShouldBe(Ranges(sum));

    [Theory]
    [MemberData(nameof(Triples), "ranges_sub")]
    public void Ranges_are_subtracted(string left, string right, string rest) => Ranges(left).Minus(Ranges(right)).ShouldBe(Ranges(rest));

    [Theory]
    [MemberData(nameof(Triples), "set_sub")]
    public void Sets_are_subtracted(string left, string right, string rest) =>
        (Resources.Parse($"x:{left}") - Resources.Parse($"x:{right}")).ShouldBe(Resources.Parse($"x:{rest}"));

    [Fact]
    public void Attributes_have_the_types_of_the_table()
    {
        foreach (var row in Values.GetProperty("attributes").EnumerateArray())
        {
            var attributes = Attributes.Parse(row[0].GetString()!);
            attributes.Items.Select(attribute => (attribute.Name, attribute.Type.ToString().ToUpperInvariant()))
                .ShouldBe(row[1].EnumerateArray().Select(entry => (entry[0].GetString()!, entry[1].GetString()!)));
            foreach (var entry in row[1].EnumerateArray().Where(entry => entry.GetArrayLength() == 3))
                attributes.First(entry[0].GetString()!)!.Text.ShouldBe(entry[2].GetString());
        }
    }

    [Fact]
    public void Attributes_are_equal_in_any_order()
    {
        var texts = Values.GetProperty("attributes_equal_any_order").EnumerateArray().Select(text => text.GetString()!).ToList();
        Attributes.Parse(texts[0]).Equals(Attributes.Parse(texts[1])).ShouldBeTrue();
    }

    [Fact]
    public void Attributes_are_rendered_as_constraints_compare_them()
    {
        var attributes = Attributes.Parse("level:10.50;ports:[30000-50000, 10000-20000];zones:{b,a};rack:r1");
        attributes.Items.Select(attribute => attribute.Render()).ShouldBe(["10.5", "[10000-20000,30000-50000]", "{a,b}", "r1"]);
    }

    private static ValueRanges Ranges(string text) => Resources.Parse($"x:{text}").RangesOf("x");
}
