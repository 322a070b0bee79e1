using Platform.Core.Agents;

namespace Platform.Core.Tests.Sessions;

public sealed class AgentProtocolTests
{
    [Theory]
    [InlineData(1, 2, 1, 1, 1)]   // the agent is newer
    [InlineData(1, 1, 1, 2, 1)]   // the control plane is newer
    [InlineData(2, 3, 1, 2, 2)]
    [InlineData(1, 3, 1, 3, 3)]
    [InlineData(0, 1, 1, 2, 1)]   // an agent that tells one version only
    [InlineData(0, 3, 1, 2, null)]
    [InlineData(3, 4, 1, 2, null)]
    [InlineData(1, 1, 2, 3, null)]
    public void The_newest_protocol_that_both_speak_is_used(int oldest, int newest, int ownOldest, int ownNewest, int? agreed) =>
        AgentProtocol.Agree(oldest, newest, ownOldest, ownNewest).ShouldBe(agreed);
}
