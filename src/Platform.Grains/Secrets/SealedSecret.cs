namespace Platform.Grains.Secrets;

/// <summary>A stored secret.</summary>
/// <param name="Content">Nonce, tag and encrypted text.</param>
[GenerateSerializer, Immutable, Alias("Platform.SealedSecret")]
public sealed record SealedSecret([property: Id(0)] byte[] Content);
