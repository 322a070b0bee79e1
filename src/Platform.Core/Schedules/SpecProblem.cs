namespace Platform.Core.Schedules;

/// <summary>Something that is wrong with a definition.</summary>
/// <param name="Path">Where, such as <c>schedule.zone</c>.</param>
/// <param name="Message">What, and how to mend it.</param>
[GenerateSerializer, Immutable, Alias("Platform.SpecProblem")]
public sealed record SpecProblem([property: Id(0)] string Path, [property: Id(1)] string Message);
