using Platform.Core.Collections;

namespace Platform.Contracts.Agents;

/// <summary>An order to remove the images that no container uses, however young they are.</summary>
/// <param name="Excluded">References of images that stay.</param>
[GenerateSerializer, Immutable, Alias("Platform.ImagePruning")]
public sealed record ImagePruning([property: Id(0)] ValueList<string> Excluded);
