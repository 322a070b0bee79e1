using Platform.Core.Collections;

namespace Platform.Agent.Containerizers;

/// <summary>What a containerizer offers on this machine now.</summary>
/// <param name="IsAvailable">True if it can run tasks.</param>
/// <param name="Description">What it is, or why it is not available; for people.</param>
internal sealed record ContainerizerFingerprint(bool IsAvailable, string Description)
{
    /// <summary>What is told of the agent by attributes, such as the version of an engine.</summary>
    public ValueMap<string> Attributes { get; init; }
}
