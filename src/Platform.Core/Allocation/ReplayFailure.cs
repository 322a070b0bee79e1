namespace Platform.Core.Allocation;

/// <summary>The first step of a scenario that did not come out as expected.</summary>
internal sealed record ReplayFailure(int Step, string Expected, string Actual);
