using Platform.Core.Agents;

namespace Platform.Core.Tests.Sessions;

public sealed class FrameOrderTests
{
    private readonly FrameOrder<string> _order = new();

    [Fact]
    public void A_frame_waits_for_those_before_it()
    {
        _order.Take(3, "c").ShouldBeEmpty();
        _order.Take(2, "b").ShouldBeEmpty();
        _order.Waiting.ShouldBe(2);
        _order.Take(1, "a").ShouldBe(["a", "b", "c"]);
        _order.Waiting.ShouldBe(0);
        _order.Take(4, "d").ShouldBe(["d"]);
    }

    [Fact]
    public void A_frame_that_comes_twice_is_taken_once_whether_or_not_its_turn_has_come()
    {
        _order.Take(1, "a").ShouldBe(["a"]);
        _order.Take(1, "again").ShouldBeEmpty();
        _order.Take(3, "c").ShouldBeEmpty();
        _order.Take(3, "again").ShouldBeEmpty();
        _order.Take(2, "b").ShouldBe(["b", "c"]);
        _order.Take(2, "again").ShouldBeEmpty();
    }

    [Fact]
    public void A_frame_without_a_number_waits_for_nothing_and_holds_up_nothing()
    {
        _order.Take(2, "b").ShouldBeEmpty();
        _order.Take(0, "x").ShouldBe(["x"]);
        _order.Take(0, "x").ShouldBe(["x"]);
        _order.Take(1, "a").ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Whatever_order_they_come_in_each_is_taken_once_and_in_turn()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var order = new FrameOrder<long>();
            // Each number twice, in any order.
            var sent = Enumerable.Range(1, 50).SelectMany(number => new long[] { number, number }).OrderBy(_ => random.Next()).ToList();
            sent.SelectMany(number => order.Take(number, number)).ShouldBe(Enumerable.Range(1, 50).Select(number => (long)number));
            order.Waiting.ShouldBe(0);
        }
    }
}
