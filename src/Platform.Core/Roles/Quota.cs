namespace Platform.Core.Roles;

/// <summary>What a role is promised and what it may have at most, its subroles included. Amounts in thousandths.</summary>
[GenerateSerializer, Immutable, Alias("Platform.Quota")]
public sealed record Quota
{
    /// <summary>No promise and no bound.</summary>
    public static Quota None { get; } = new();

    /// <summary>What is held back for the role until it has it; reservations for the role count as had. Default nothing.</summary>
    [Id(0)]
    public ResourceQuantities Guarantees { get; init; }

    /// <summary>What the role may have at most. Default no bound.</summary>
    [Id(1)]
    public ResourceLimits Limits { get; init; } = ResourceLimits.None;

    /// <summary>True when it promises and bounds nothing.</summary>
    public bool IsNone => Guarantees.IsEmpty && Limits.IsEmpty;
}
