namespace Platform.Contracts.Agents;

/// <summary>Whether a launch was handed to the agent's session.</summary>
[GenerateSerializer, Immutable, Alias("Platform.LaunchReply")]
public sealed record LaunchReply
{
    /// <summary>The epoch of the session it was sent on; 0 if there is none.</summary>
    [Id(0)] public long Epoch { get; init; }

    /// <summary>Why it was not sent; null if it was.</summary>
    [Id(1)] public string? Refused { get; init; }
}
