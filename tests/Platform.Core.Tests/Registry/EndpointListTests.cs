using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>Lists that follow another one by its changes.</summary>
public sealed class EndpointListTests
{
    [Fact]
    public void A_follower_that_loses_and_repeats_messages_ends_with_the_same_list()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var (source, follower) = (new EndpointList(), new EndpointList());
            var sent = new List<EndpointChange>();
            for (var i = 1; i <= 200; i++)
            {
                var endpoint = Endpoint(random.Next(10), random.Next(3));
                var change = random.Next(3) == 0
                    ? new EndpointChange { Service = "s", From = i - 1, To = i, Removed = [endpoint.Id] }
                    : new EndpointChange { Service = "s", From = i - 1, To = i, Set = [endpoint] };
                source.TryApply(change, out _).ShouldBeTrue();
                sent.Add(change);
                var told = random.Next(4) == 0 ? sent[random.Next(sent.Count)] : change;
                if (random.Next(5) > 0 && !follower.TryApply(told, out _))
                    follower.TryApply(source.Snapshot("s", ""), out _).ShouldBeTrue();
            }
            if (follower.Version != source.Version)
                follower.TryApply(source.Snapshot("s", ""), out _).ShouldBeTrue();

            follower.All.OrderBy(e => e.Id).ShouldBe(source.All.OrderBy(e => e.Id), $"seed {seed}");
        }
    }

    [Fact]
    public void What_changes_nothing_has_no_effect()
    {
        var list = new EndpointList();
        list.TryApply(new() { Service = "s", To = 5, Set = [Endpoint(1, 0)] }, out var first).ShouldBeTrue();
        first!.Set.Count.ShouldBe(1);

        list.TryApply(new() { Service = "s", To = 9, Set = [Endpoint(1, 0)] }, out var second).ShouldBeTrue();

        second.ShouldBeNull();
        list.Version.ShouldBe(9);
    }

    [Fact]
    public void A_gap_is_told() => new EndpointList().TryApply(new() { Service = "s", From = 1, To = 2 }, out _).ShouldBeFalse();

    private static ServiceEndpoint Endpoint(int id, int weight) => new() { Id = $"e{id}", Framework = "marathon", Weight = weight };
}
