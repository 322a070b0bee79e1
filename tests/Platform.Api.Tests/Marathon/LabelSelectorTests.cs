using Platform.Api.Marathon.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Tests.Marathon;

public sealed class LabelSelectorTests
{
    private static readonly ValueMap<string> Labels = ValueMap.Create(("a", "1"), ("b", "2"), ("odd,key", "x y"));

    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("c", false)]
    [InlineData("a==1", true)]
    [InlineData("a == 2", false)]
    [InlineData("a!=2", true)]
    [InlineData("c!=2", false)]
    [InlineData("a in (1, 3)", true)]
    [InlineData("a in (2,3)", false)]
    [InlineData("a notin (2,3)", true)]
    [InlineData("a==1, b in (2)", true)]
    [InlineData("a==1,b==3", false)]
    [InlineData(@"odd\,key == x\ y", true)]
    public void Selects_as_Marathon_does(string selector, bool matches) =>
        LabelSelector.Parse(selector, out _).ShouldNotBeNull().Matches(Labels).ShouldBe(matches);

    [Theory]
    [InlineData("a==")]
    [InlineData("==1")]
    [InlineData("a in 1")]
    [InlineData("a in (1")]
    [InlineData("a b")]
    [InlineData(",")]
    public void What_is_no_selector_is_refused(string selector)
    {
        LabelSelector.Parse(selector, out var problem).ShouldBeNull();
        problem.ShouldNotBeEmpty();
    }
}
