namespace Platform.Core.Apps;

/// <summary>One parameter of the docker command line.</summary>
/// <param name="Key">Its name without dashes.</param>
/// <param name="Value">Its value.</param>
[GenerateSerializer, Immutable, Alias("Platform.DockerParameter")]
public sealed record DockerParameter([property: Id(0)] string Key, [property: Id(1)] string Value);
