using System.Text.Json;
using Platform.Core.Collections;

namespace Platform.Core.Tests.Collections;

public sealed class ValueCollectionTests
{
    private sealed record Holder(ValueList<string> List, ValueMap<int> Map);

    [Fact]
    public void Records_that_hold_equal_items_are_equal()
    {
        var left = new Holder(["a", "b"], ValueMap.Create(("x", 1), ("y", 2)));
        var right = new Holder(["a", "b"], ValueMap.Create(("y", 2), ("x", 1)));

        left.ShouldBe(right);
        left.GetHashCode().ShouldBe(right.GetHashCode());
        left.ShouldNotBe(left with { List = ["b", "a"] });
        left.ShouldNotBe(left with { Map = left.Map.With("x", 3) });
    }

    [Fact]
    public void The_default_value_is_empty_and_equal_to_a_made_empty_one()
    {
        default(ValueList<int>).ShouldBe(Array.Empty<int>().ToValueList());
        default(ValueMap<int>).ShouldBe(new Dictionary<string, int>().ToValueMap());
        default(ValueMap<int>).Find("x").ShouldBe(0);
        Should.Throw<IndexOutOfRangeException>(() => default(ValueList<int>)[0]);
    }

    [Fact]
    public void A_map_keeps_the_last_of_equal_keys_and_orders_by_key()
    {
        var map = ValueMap.Create(("b", 1), ("a", 2), ("b", 3));

        map.Keys.ShouldBe(["a", "b"]);
        map["b"].ShouldBe(3);
        map.Without("a").Count.ShouldBe(1);
        map.Without("zz").ShouldBe(map);
    }

    [Fact]
    public void They_are_plain_arrays_and_objects_in_json()
    {
        var holder = new Holder(["a"], ValueMap.Create(("x", 1)));

        var json = JsonSerializer.Serialize(holder);

        json.ShouldBe("""{"List":["a"],"Map":{"x":1}}""");
        JsonSerializer.Deserialize<Holder>(json).ShouldBe(holder);
        JsonSerializer.Deserialize<Holder>("""{"List":null,"Map":null}""").ShouldBe(new Holder(default, default));
    }
}
