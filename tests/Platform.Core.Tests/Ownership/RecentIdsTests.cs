using Platform.Core.Ownership;

namespace Platform.Core.Tests.Ownership;

public sealed class RecentIdsTests
{
    [Fact]
    public void The_oldest_is_forgotten_for_a_new_one()
    {
        var ids = new RecentIds(2);
        ids.Add("a");
        ids.Add("b");
        ids.Add("a");
        (ids.Has("a"), ids.Has("b"), ids.Has("c")).ShouldBe((true, true, false));

        ids.Add("c");

        (ids.Has("a"), ids.Has("b"), ids.Has("c")).ShouldBe((false, true, true));
    }
}
