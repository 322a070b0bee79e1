using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

public class RegistryFollowersTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RegistryFollowers<string> _followers = new(TimeSpan.FromSeconds(6), Start);
    private DateTimeOffset _now = Start.AddSeconds(10);

    [Fact]
    public void An_endpoint_is_free_when_all_who_follow_go_by_the_change_and_say_so()
    {
        See(("one", 5), ("two", 5));
        IsFree(5, "a").ShouldBeFalse();
        _followers.Free("one", ["a", "b"]);
        IsFree(5, "a").ShouldBeFalse();
        _followers.Free("two", ["a"]);
        IsFree(5, "a").ShouldBeTrue();
        // Both, or none: an instance ends as a whole.
        IsFree(5, "a", "b").ShouldBeFalse();
        // They do not go by a later change yet.
        IsFree(6, "a").ShouldBeFalse();
        // It comes back, and what it said still counts.
        See(("one", 6), ("two", 6));
        IsFree(6, "a").ShouldBeTrue();
        _followers.Free("two", []);
        IsFree(6, "a").ShouldBeFalse();
    }

    [Fact]
    public void Who_has_not_come_back_for_long_does_not_count()
    {
        See(("one", 5), ("two", 4));
        _followers.Free("one", ["a"]);
        _followers.IsApplied(5, _now).ShouldBeFalse();
        _now = _now.AddSeconds(7);
        See(("one", 5));
        _followers.IsApplied(5, _now).ShouldBeTrue();
        IsFree(5, "a").ShouldBeTrue();
        _followers.Expire(_now);
        _followers.All.ShouldBe(["one"]);
    }

    [Fact]
    public void A_registry_that_does_not_know_yet_who_follows_knows_of_nothing_that_is_free()
    {
        _now = Start.AddSeconds(3);
        See(("one", 5));
        _followers.Free("one", ["a"]);
        IsFree(5, "a").ShouldBeFalse();
        _now = Start.AddSeconds(6);
        IsFree(5, "a").ShouldBeTrue();
        // Nor does one that nobody follows.
        _now = Start.AddSeconds(60);
        IsFree(5, "a").ShouldBeFalse();
    }

    [Fact]
    public void What_drains_is_followed_through_changes_whole_lists_and_removals()
    {
        var draining = new DrainingEndpoints();
        draining.Apply(Change(1, [At("a", EndpointState.Draining), At("b", EndpointState.Ready)]));
        draining.Ids.ShouldBe(["a"]);
        draining.Apply(Change(2, [At("b", EndpointState.Draining)]));
        draining.Ids.ShouldBe(["a", "b"], ignoreOrder: true);
        draining.Apply(Change(3, [At("b", EndpointState.Ready)]) with { Removed = ["a"] });
        draining.IsEmpty.ShouldBeTrue();
        draining.Apply(Change(4, [At("b", EndpointState.Draining)]));
        draining.Apply(Change(5, [At("c", EndpointState.Draining)]) with { From = null });
        draining.Ids.ShouldBe(["c"]);
    }

    private static EndpointChange Change(long number, ServiceEndpoint[] set) => new() { Service = "s", Owner = "o", From = number - 1, To = number, Set = [.. set] };

    private static ServiceEndpoint At(string id, EndpointState state) => new() { Id = id, Framework = "f", State = state };

    private void See(params (string Follower, long Applied)[] followers)
    {
        foreach (var (follower, applied) in followers)
            _followers.Seen(follower, applied, null, _now);
    }

    private bool IsFree(long index, params string[] endpoints) => _followers.AreFree(endpoints, index, _now);
}
