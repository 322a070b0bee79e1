namespace Platform.Api.Http;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Path">Where, such as <c>/container/volumes(0)/hostPath</c>; <c>/</c> is the whole.</param>
/// <param name="Error">What, in the words that clients know from Marathon.</param>
/// <param name="Shape">The JSON has the wrong shape there (a missing or mistyped value), as opposed to a value that breaks a rule.</param>
/// <param name="Expected">How to mend it, or null if the error says it.</param>
internal readonly record struct JsonProblem(string Path, string Error, bool Shape, string? Expected);
