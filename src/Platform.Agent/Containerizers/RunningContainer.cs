using Platform.Core.Collections;

namespace Platform.Agent.Containerizers;

/// <summary>What is known of a task that runs.</summary>
/// <param name="ProcessId">Its first process, as the machine counts them.</param>
internal sealed record RunningContainer(int ProcessId)
{
    /// <summary>Its addresses in networks of its own; empty: it uses the machine's.</summary>
    public ValueList<string> Addresses { get; init; }

    /// <summary>Its image and the digest of that, as in <see cref="Core.Tasks.TaskUpdate.Image"/>; null: none.</summary>
    public string? Image { get; init; }
}
