namespace Platform.Grains.Secrets;

/// <summary>A stored secret.</summary>
/// <param name="Content">Nonce, tag and encrypted text.</param>
/// <param name="Change">The number of the change that brought the value; 0: it was stored before changes had numbers.</param>
/// <param name="IsUntold">Those who use it have yet to be told.</param>
[GenerateSerializer, Immutable, Alias("Platform.SealedSecret")]
public sealed record SealedSecret([property: Id(0)] byte[] Content, [property: Id(1)] long Change = 0, [property: Id(2)] bool IsUntold = false);
