namespace Platform.Core.Allocation;

/// <summary>What readers see of an agent's resources.</summary>
/// <param name="Agent">The agent.</param>
/// <param name="Used">What tasks hold.</param>
/// <param name="Offered">What is in offers.</param>
/// <param name="Free">What nobody holds.</param>
/// <param name="Tasks">How many tasks hold something.</param>
[GenerateSerializer, Immutable, Alias("Platform.AllocatedAgentUsage")]
public sealed record AgentUsage(
    [property: Id(0)] AllocatorAgent Agent,
    [property: Id(1)] Resources Used,
    [property: Id(2)] Resources Offered,
    [property: Id(3)] Resources Free,
    [property: Id(4)] int Tasks);
