using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Contracts.Registry;

/// <summary>Some of the registry's lists.</summary>
/// <param name="Lists">Whole lists, each of one owner's part of one service.</param>
/// <param name="IsLast">No more come after them.</param>
[GenerateSerializer, Immutable, Alias("Platform.RegistryPage")]
public sealed record RegistryPage([property: Id(0)] ValueList<EndpointChange> Lists, [property: Id(1)] bool IsLast);
