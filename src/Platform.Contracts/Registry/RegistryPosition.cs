using Platform.Core.Collections;

namespace Platform.Contracts.Registry;

/// <summary>Where the registry stands.</summary>
/// <param name="Run">The activation that numbers the changes.</param>
/// <param name="Index">The number of the last change.</param>
/// <param name="IsComplete">All owners have told it what they have since it was activated: who is not in its lists is no more.</param>
/// <param name="Masters">The addresses (<c>10.0.0.1:5050</c>) of the control plane's processes that follow, in order; the first is the leader for those who want one.</param>
[GenerateSerializer, Immutable, Alias("Platform.RegistryPosition")]
public sealed record RegistryPosition([property: Id(0)] long Run, [property: Id(1)] long Index, [property: Id(2)] bool IsComplete, [property: Id(3)] ValueList<string> Masters);
