namespace Platform.Core.Apps;

/// <summary>What happens with instances on an agent that is out of reach.</summary>
[GenerateSerializer, Immutable, Alias("Platform.UnreachableStrategy")]
public sealed record UnreachableStrategy
{
    /// <summary>A replacement starts after this time. Seconds, default 0: at once.</summary>
    [Id(0)] public double InactiveAfterSeconds { get; init; }

    /// <summary>The old instance is given up after this time, and killed if it comes back. Seconds, default 0.</summary>
    [Id(1)] public double ExpungeAfterSeconds { get; init; }
}
