using Platform.Core.Apps;

namespace Platform.Core.Tests.Apps;

public sealed class AppPathTests
{
    [Theory]
    [InlineData("/a/b", "/", "/a/b")]
    [InlineData("a", "/x", "/x/a")]
    [InlineData("../a", "/x/y", "/x/a")]
    [InlineData("../../../a", "/x", "/a")]
    [InlineData("./a//b/", "/", "/a/b")]
    [InlineData("", "/x", "/x")]
    [InlineData("/", "/x", "/")]
    public void Paths_become_absolute(string path, string within, string expected) => AppPath.Canonical(path, within).ShouldBe(expected);

    [Theory]
    [InlineData("/a/b", "/a", "b", "a")]
    [InlineData("/a", "/", "a", null)]
    [InlineData("/", "/", "", null)]
    [InlineData("/a/b/c", "/a/b", "c", "a")]
    public void A_path_has_a_parent_a_name_and_a_top_level_group(string path, string parent, string name, string? top)
    {
        AppPath.Parent(path).ShouldBe(parent);
        AppPath.Name(path).ShouldBe(name);
        AppPath.TopLevelGroup(path).ShouldBe(top);
    }

    [Theory]
    [InlineData("/a/b", "/a", true)]
    [InlineData("/a", "/a", true)]
    [InlineData("/ab", "/a", false)]
    [InlineData("/a", "/", true)]
    [InlineData("/a", "/a/b", false)]
    public void Knows_what_is_within_a_group(string path, string group, bool within) => AppPath.IsWithin(path, group).ShouldBe(within);

    [Theory]
    [InlineData("/a-1/b.c-2", true)]
    [InlineData("../a", true)]
    [InlineData("/A", false)]
    [InlineData("/a_b", false)]
    [InlineData("/-a", false)]
    [InlineData("/a-", false)]
    [InlineData("/a..b", false)]
    [InlineData("/a b", false)]
    [InlineData("/é", false)]
    public void Knows_valid_names(string path, bool valid) => AppPath.HasValidNames(path).ShouldBe(valid);

    [Fact]
    public void The_groups_above_come_nearest_first() => AppPath.Ancestors("/a/b/c").ShouldBe(["/a/b", "/a", "/"]);

    [Theory]
    [InlineData("/a/tasks", true)]
    [InlineData("/tasks/a", false)]
    [InlineData("/a/..", true)]
    public void Knows_reserved_names(string path, bool reserved) => AppPath.EndsWithReservedName(path).ShouldBe(reserved);

    [Fact]
    public void Ids_of_tasks_begin_with_underscores_for_slashes() => AppPath.Safe("/shop/web").ShouldBe("shop_web");
}
