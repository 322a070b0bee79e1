using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Contracts.Registry;

/// <summary>Some of the registry's changes, in order.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Index">The number of the last of them.</param>
/// <param name="Last">The number of the last change that there is.</param>
[GenerateSerializer, Immutable, Alias("Platform.RegistryChanges")]
public sealed record RegistryChanges([property: Id(0)] ValueList<EndpointChange> Changes, [property: Id(1)] long Index, [property: Id(2)] long Last);
