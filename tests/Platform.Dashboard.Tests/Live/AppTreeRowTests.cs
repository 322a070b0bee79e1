using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public class AppTreeRowTests
{
    private static readonly HashSet<string> None = [];

    private static AppSummary App(string id, AppCondition condition = AppCondition.Running) => new() { Id = id, Version = "1", Condition = condition };

    private static string Text(IEnumerable<AppTreeRow> rows) => string.Join(' ', rows.Select(row => new string('.', row.Depth) + row.Name));

    [Fact]
    public void Apps_stand_below_their_groups_also_where_names_sort_around_the_slash() =>
        Text(AppTreeRow.Tree([App("/a-b"), App("/a/x"), App("/a/y/z"), App("/b")], [], None, false)).ShouldBe("a .x .y ..z a-b b");

    [Fact]
    public void A_closed_group_hides_what_is_in_it_and_nothing_else() =>
        Text(AppTreeRow.Tree([App("/a/x"), App("/a/y/z"), App("/ab/c")], [], new HashSet<string> { "/a" }, false)).ShouldBe("a ab .c");

    [Fact]
    public void A_group_tells_the_worst_of_its_apps()
    {
        var group = AppTreeRow.Tree([App("/a/x"), App("/a/y/z", AppCondition.Waiting)], [], None, false)[0];

        group.Worst.ShouldBe(AppCondition.Waiting);
        group.Apps.ShouldBe(2);
    }

    [Fact]
    public void Empty_groups_show_unless_something_is_searched_for()
    {
        Text(AppTreeRow.Tree([App("/a/x")], ["/", "/a", "/empty"], None, false)).ShouldBe("a .x empty");
        Text(AppTreeRow.Tree([App("/a/x")], ["/", "/a", "/empty"], None, true)).ShouldBe("a .x");
    }

    [Fact]
    public void Ten_thousand_apps_are_arranged_in_the_order_of_their_paths()
    {
        var apps = Enumerable.Range(0, 10_000).Select(i => App($"/g{i / 100:000}/app{i:00000}")).ToList();
        var rows = AppTreeRow.Tree(apps, [], None, false);

        // 100 groups and 10,000 apps.
        rows.Count.ShouldBe(10_100);
        rows[101].Key.ShouldBe("/g001");
    }
}
