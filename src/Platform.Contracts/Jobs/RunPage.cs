using Platform.Core.Collections;

namespace Platform.Contracts.Jobs;

/// <summary>A part of the runs of a job, newest first: those that go on, then those that have ended and are kept.</summary>
[GenerateSerializer, Immutable, Alias("Platform.RunPage")]
public sealed record RunPage
{
    /// <summary>How many there are in all.</summary>
    [Id(0)] public int Total { get; init; }

    /// <summary>Those that were asked for.</summary>
    [Id(1)] public ValueList<RunStatus> Runs { get; init; }
}
