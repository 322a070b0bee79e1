using System.Diagnostics.CodeAnalysis;
using Platform.Core.Jobs;

namespace Platform.Contracts.Jobs;

/// <summary>A job as readers see it.</summary>
[GenerateSerializer, Immutable, Alias("Platform.JobStatus")]
public sealed record JobStatus : JobSummary
{
    /// <summary>A job; what is not set is as of one that has never run.</summary>
    public JobStatus()
    {
    }

    /// <summary>A job of which its definition and its summary are known.</summary>
    [SetsRequiredMembers]
    public JobStatus(JobSpec spec, JobSummary summary)
        : base(summary) => Spec = spec;

    /// <summary>The definition.</summary>
    [Id(0)] public required JobSpec Spec { get; init; }
}
