namespace Platform.Core.Allocation;

/// <summary>An offer or inverse offer that is taken back.</summary>
/// <param name="OfferId">Its id.</param>
/// <param name="FrameworkId">Who had it.</param>
/// <param name="IsInverse">Whether it is an inverse offer.</param>
[GenerateSerializer, Immutable, Alias("Platform.RescindedOffer")]
public sealed record RescindedOffer([property: Id(0)] string OfferId, [property: Id(1)] string FrameworkId, [property: Id(2)] bool IsInverse = false);
