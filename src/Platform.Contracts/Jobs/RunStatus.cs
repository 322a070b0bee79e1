using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>A run as readers see it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RunStatus")]
public sealed record RunStatus
{
    /// <summary>The run.</summary>
    [Id(0)] public required RunState Run { get; init; }

    /// <summary>Its tasks: of each index the last attempts.</summary>
    [Id(1)] public ValueList<RunTask> Tasks { get; init; }
}
