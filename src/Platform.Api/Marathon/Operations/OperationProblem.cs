namespace Platform.Api.Marathon.Operations;

/// <summary>One thing that is wrong with a definition.</summary>
/// <param name="Path">Where, such as <c>/healthChecks(0)/path</c>; <c>/</c> is the whole.</param>
/// <param name="Error">What.</param>
/// <param name="Expected">How to mend it; null if the error says it.</param>
public sealed record OperationProblem(string Path, string Error, string? Expected);
