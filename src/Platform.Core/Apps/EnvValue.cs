namespace Platform.Core.Apps;

/// <summary>The value of an environment variable: a text, or the name of one of the app's secrets.</summary>
[GenerateSerializer, Immutable, Alias("Platform.EnvValue")]
public sealed record EnvValue
{
    /// <summary>The text; null for a secret.</summary>
    [Id(0)] public string? Text { get; init; }

    /// <summary>The name of the secret; null for a text.</summary>
    [Id(1)] public string? Secret { get; init; }
}
