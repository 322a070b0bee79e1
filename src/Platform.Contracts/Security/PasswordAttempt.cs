namespace Platform.Contracts.Security;

/// <summary>What a password is to be compared with.</summary>
/// <param name="Hash">What it is compared with; null: no password is right.</param>
/// <param name="RestsFor">It is not to be compared: too many were wrong. Null: it is.</param>
[GenerateSerializer, Immutable, Alias("Platform.PasswordAttempt")]
public sealed record PasswordAttempt([property: Id(0)] string? Hash, [property: Id(1)] TimeSpan? RestsFor);
