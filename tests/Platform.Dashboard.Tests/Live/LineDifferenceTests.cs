using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public class LineDifferenceTests
{
    [Fact]
    public void Equal_texts_have_none() => LineDifference.Of("a\nb", "a\nb").ShouldBeEmpty();

    [Fact]
    public void A_changed_line_is_gone_and_come() =>
        LineDifference.Of("a\nb\nc", "a\nx\nc").ShouldBe([("  a", ""), ("- b", "gone"), ("+ x", "come"), ("  c", "")]);

    [Fact]
    public void Far_lines_are_left_out()
    {
        var before = string.Join('\n', Enumerable.Range(0, 30));
        var after = before.Replace("\n2\n", "\ntwo\n", StringComparison.Ordinal).Replace("\n25\n", "\n26\n", StringComparison.Ordinal);
        var lines = LineDifference.Of(before, after);

        lines.ShouldContain(("  …", "muted"));
        lines.ShouldNotContain(("  15", ""));
    }
}
