using Platform.Core.Tasks;

namespace Platform.Contracts.Security;

/// <summary>A token that was just signed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">The token.</param>
/// <param name="ExpiresAt">When it ends.</param>
[GenerateSerializer, Immutable, Alias("Platform.SignedToken")]
public sealed record SignedToken([property: Id(0)] string Id, [property: Id(1)] SecretText Text, [property: Id(2)] DateTimeOffset ExpiresAt);
