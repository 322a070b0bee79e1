using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>The identity that a task gets: a token that tells others who it is.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskIdentitySpec")]
public sealed record TaskIdentitySpec
{
    /// <summary>Whose APIs shall take the token. Default: this cluster's.</summary>
    [Id(0)] public ValueList<string> Audience { get; init; }

    /// <summary>How long a token counts, seconds; it is renewed at half of that. 10 to 86400, default 3600.</summary>
    [Id(1)] public double LifetimeSeconds { get; init; } = 3600;

    /// <summary>What a task gets whose definition says nothing of it.</summary>
    public static TaskIdentitySpec Default { get; } = new();
}
