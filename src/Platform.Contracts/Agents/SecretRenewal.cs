using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Contracts.Agents;

/// <summary>New values for the secrets of a task that runs.</summary>
[GenerateSerializer, Immutable, Alias("Platform.SecretRenewal")]
public sealed record SecretRenewal
{
    /// <summary>The task.</summary>
    [Id(0)] public required string TaskId { get; init; }

    /// <summary>The change that the values are as late as; see <see cref="TaskSpec.SecretsAsOf"/>. One that the task has already been given does nothing.</summary>
    [Id(1)] public long AsOf { get; init; }

    /// <summary>Its environment variables. That of a process does not change: they are kept for what a later run of the agent starts beside it.</summary>
    [Id(2)] public ValueMap<SecretText> Environment { get; init; }

    /// <summary>The contents of its files, by the path of the volume.</summary>
    [Id(3)] public ValueMap<SecretText> Files { get; init; }

    /// <summary>The number of the signal that it gets afterwards, if anything has changed.</summary>
    [Id(4)] public int Signal { get; init; }
}
