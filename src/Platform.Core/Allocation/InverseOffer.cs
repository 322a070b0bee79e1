namespace Platform.Core.Allocation;

/// <summary>Asks a framework to leave an agent that will be away.</summary>
/// <param name="Id">The id of the inverse offer.</param>
/// <param name="FrameworkId">Who is asked.</param>
/// <param name="AgentId">Which agent.</param>
/// <param name="Unavailability">When it will be away.</param>
[GenerateSerializer, Immutable, Alias("Platform.InverseOffer")]
public sealed record InverseOffer(
    [property: Id(0)] string Id,
    [property: Id(1)] string FrameworkId,
    [property: Id(2)] string AgentId,
    [property: Id(3)] MaintenanceWindow Unavailability);
