using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>What went with an agent.</summary>
/// <param name="TaskIds">The tasks that held resources there.</param>
[GenerateSerializer, Immutable, Alias("Platform.RemovedAgent")]
public sealed record RemovedAgent([property: Id(0)] ImmutableArray<string> TaskIds);
