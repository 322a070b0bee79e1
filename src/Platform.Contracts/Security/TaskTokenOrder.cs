using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Contracts.Security;

/// <summary>A token of a task to be signed.</summary>
/// <param name="Workload">The task; whoever orders has made sure that it is there.</param>
/// <param name="Audience">Who shall take it; empty: this cluster.</param>
/// <param name="Lifetime">How long it counts.</param>
[GenerateSerializer, Immutable, Alias("Platform.TaskTokenOrder")]
public sealed record TaskTokenOrder([property: Id(0)] Workload Workload, [property: Id(1)] ValueList<string> Audience, [property: Id(2)] TimeSpan Lifetime);
