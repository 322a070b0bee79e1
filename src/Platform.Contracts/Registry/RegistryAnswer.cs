using Platform.Core.Collections;

namespace Platform.Contracts.Registry;

/// <summary>What the registry answers to changes.</summary>
/// <param name="Index">The number of the last change among them; a reader that has come so far knows them all.</param>
/// <param name="Missing">The services of which an earlier change is missing.</param>
[GenerateSerializer, Immutable, Alias("Platform.RegistryAnswer")]
public sealed record RegistryAnswer([property: Id(0)] long Index, [property: Id(1)] ValueList<string> Missing);
