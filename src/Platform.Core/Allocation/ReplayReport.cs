using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>What came of replaying scenarios.</summary>
/// <param name="Lines">One for each scenario: <c>ID pass</c> or <c>ID fail step N: expected ..., got ...</c>.</param>
/// <param name="Passed">How many passed.</param>
/// <param name="Failed">How many failed.</param>
public sealed record ReplayReport(ImmutableArray<string> Lines, int Passed, int Failed)
{
    /// <summary>The last line of the output: <c>N passed, N failed</c>.</summary>
    public string Summary => $"{Passed} passed, {Failed} failed";
}
