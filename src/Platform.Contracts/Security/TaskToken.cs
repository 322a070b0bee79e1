using Platform.Core.Tasks;

namespace Platform.Contracts.Security;

/// <summary>The answer to a <see cref="TaskTokenRequest"/>.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskToken")]
public sealed record TaskToken
{
    /// <summary>The request's.</summary>
    [Id(0)] public required string RequestId { get; init; }

    /// <summary>The token; null: there is none, and <see cref="Problem"/> says why.</summary>
    [Id(1)] public SecretText? Text { get; init; }

    /// <summary>When it was signed.</summary>
    [Id(2)] public DateTimeOffset IssuedAt { get; init; }

    /// <summary>When it ends.</summary>
    [Id(3)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Why there is none.</summary>
    [Id(4)] public string? Problem { get; init; }
}
