namespace Platform.Core.Allocation;

/// <summary>Resources of one agent that one framework may use in one role, until it answers or the offer is taken back.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Offer")]
public sealed record Offer
{
    /// <summary>The offer id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Who may use it.</summary>
    [Id(1)]
    public required string FrameworkId { get; init; }

    /// <summary>In which role.</summary>
    [Id(2)]
    public required string Role { get; init; }

    /// <summary>Where it is.</summary>
    [Id(3)]
    public required string AgentId { get; init; }

    /// <summary>The agent's host name.</summary>
    [Id(4)]
    public string Hostname { get; init; } = "";

    /// <summary>What is offered, marked as allocated to the role.</summary>
    [Id(5)]
    public Resources Resources { get; init; } = Resources.Empty;

    /// <summary>The agent's attributes.</summary>
    [Id(6)]
    public Attributes Attributes { get; init; } = Attributes.Empty;

    /// <summary>Where the agent stands; null when unknown.</summary>
    [Id(7)]
    public FaultDomain? FaultDomain { get; init; }

    /// <summary>When the agent will be away; null when nothing is planned.</summary>
    [Id(8)]
    public MaintenanceWindow? Unavailability { get; init; }

    /// <summary>When it was made.</summary>
    [Id(9)]
    public DateTimeOffset At { get; init; }
}
