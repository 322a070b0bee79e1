using Platform.Core.Agents;

namespace Platform.Core.Tests.Agents;

/// <summary>While an agent may still come, what finds no room is not given up.</summary>
public sealed class AgentsToComeTests
{
    private readonly AgentsToCome _agents = new();

    [Fact]
    public void Nobody_knows_who_is_to_come_before_the_agents_are_listed()
    {
        _agents.IsNone.ShouldBeFalse();
        _agents.Expect([]);
        _agents.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void All_that_are_listed_are_waited_for_but_those_that_came_before_the_list()
    {
        _agents.Came("a");
        _agents.Came("b");
        // It came and left again before the list was there.
        _agents.Left("b");
        _agents.Expect(["a", "b", "c"]);
        _agents.Came("c");
        _agents.IsNone.ShouldBeFalse();
        _agents.Came("b");
        _agents.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void One_that_leaves_is_waited_for_and_the_list_counts_once()
    {
        _agents.Expect(["a"]);
        _agents.Came("a");
        _agents.Expect(["a", "b"]);
        _agents.IsNone.ShouldBeTrue();
        _agents.Left("a");
        _agents.IsNone.ShouldBeFalse();
        _agents.Came("a");
        _agents.Came("a");
        _agents.IsNone.ShouldBeTrue();
    }
}
