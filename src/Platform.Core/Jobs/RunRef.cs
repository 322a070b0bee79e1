namespace Platform.Core.Jobs;

/// <summary>A run of a job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="RunId">The run.</param>
[GenerateSerializer, Immutable, Alias("Platform.RunRef")]
public sealed record RunRef([property: Id(0)] string JobId, [property: Id(1)] string RunId);
