namespace Platform.Contracts.Secrets;

/// <summary>What became of a conditional write.</summary>
/// <param name="Written">The value is stored. False without a problem: the path had a value though it had to be new, or had none though it had to be there.</param>
/// <param name="Problem">Why nothing could be stored, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.SecretWrite")]
public sealed record SecretWrite([property: Id(0)] bool Written, [property: Id(1)] string? Problem);
