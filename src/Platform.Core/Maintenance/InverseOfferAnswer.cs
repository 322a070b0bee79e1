namespace Platform.Core.Maintenance;

/// <summary>What a framework answered when it was asked to leave an agent.</summary>
/// <param name="Hostname">The agent's host name.</param>
/// <param name="Address">The agent's address.</param>
/// <param name="FrameworkId">The framework, by the name under which it owns tasks.</param>
/// <param name="Accepted">It will leave.</param>
/// <param name="At">When it answered.</param>
[GenerateSerializer, Immutable, Alias("Platform.InverseOfferAnswer")]
public sealed record InverseOfferAnswer(
    [property: Id(0)] string Hostname,
    [property: Id(1)] string Address,
    [property: Id(2)] string FrameworkId,
    [property: Id(3)] bool Accepted,
    [property: Id(4)] DateTimeOffset At);
