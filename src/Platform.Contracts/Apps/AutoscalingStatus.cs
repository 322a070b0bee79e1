namespace Platform.Contracts.Apps;

/// <summary>What autoscaling last said of an app.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AutoscalingStatus")]
public sealed record AutoscalingStatus
{
    /// <summary>How many instances there shall be.</summary>
    [Id(0)] public int Instances { get; init; }

    /// <summary>When it was decided.</summary>
    [Id(1)] public DateTimeOffset At { get; init; }

    /// <summary>The calculation for people.</summary>
    [Id(2)] public required string Arithmetic { get; init; }

    /// <summary>How many there should be before.</summary>
    [Id(3)] public int Before { get; init; }
}
