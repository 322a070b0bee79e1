using Platform.Core.Collections;

namespace Platform.Core.Tests.Collections;

public class NumberedFramesTests
{
    [Fact]
    public void Whatever_the_order_and_however_often_they_come_each_is_given_once_in_its_turn()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            // Each of 20 comes twice, in any order.
            var numbers = Enumerable.Range(0, 40).Select(i => i % 20).ToArray();
            random.Shuffle(numbers);
            var frames = new NumberedFrames<string>();
            var given = numbers.SelectMany(number => frames.Take(number, $"{number}")).ToList();
            given.ShouldBe(Enumerable.Range(0, 20).Select(number => $"{number}"), $"seed {seed}");
        }
    }

    [Fact]
    public void Nothing_is_given_while_an_earlier_one_is_missing()
    {
        var frames = new NumberedFrames<string>();
        frames.Take(1, "b").ShouldBeEmpty();
        frames.Take(2, "c").ShouldBeEmpty();
        frames.Take(0, "a").ShouldBe(["a", "b", "c"]);
    }
}
