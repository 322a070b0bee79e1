using Platform.Core.Registry;

namespace Platform.Core.Tests.Registry;

/// <summary>What checks of instances from outside come to.</summary>
public sealed class InstanceHealthTests
{
    [Theory]
    // Each letter is a check: + passed, - failed; three failures in a row count.
    [InlineData("", EndpointState.Waiting)]
    [InlineData("-", EndpointState.Waiting)]
    [InlineData("+", EndpointState.Ready)]
    [InlineData("+--", EndpointState.Ready)]
    [InlineData("+---", EndpointState.Waiting)]
    [InlineData("+--+--", EndpointState.Ready)]
    [InlineData("+---+", EndpointState.Ready)]
    [InlineData("--+", EndpointState.Ready)]
    public void An_instance_is_given_work_once_a_check_has_passed_until_several_have_failed(string checks, EndpointState state)
    {
        InstanceHealth? health = null;
        foreach (var check in checks)
            health = (health ?? new()).With(check == '+' ? null : "closed", 3, DateTimeOffset.UnixEpoch);
        InstanceHealth.StateOf(EndpointState.Ready, health).ShouldBe(state);
        // What an operator says counts all the same.
        InstanceHealth.StateOf(EndpointState.Draining, health).ShouldBe(EndpointState.Draining);
    }
}
