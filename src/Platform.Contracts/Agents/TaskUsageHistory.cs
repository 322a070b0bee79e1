using Platform.Core.Collections;
using Platform.Core.Metrics;

namespace Platform.Contracts.Agents;

/// <summary>What one task used over the last hour, as far as its agent's grain has been told since it was activated.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Points">Oldest first.</param>
[GenerateSerializer, Immutable, Alias("Platform.TaskUsageHistory")]
public sealed record TaskUsageHistory([property: Id(0)] string TaskId, [property: Id(1)] ValueList<UsagePoint> Points);
