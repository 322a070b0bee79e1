using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>What became of an acceptance.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AcceptResult")]
public sealed record AcceptResult
{
    /// <summary>The agent of the offers; null when they are not valid any more.</summary>
    [Id(0)]
    public string? AgentId { get; init; }

    /// <summary>What is wrong with the offers as a whole; then no operation was done. Null when nothing is.</summary>
    [Id(1)]
    public string? Error { get; init; }

    /// <summary>For each operation what was wrong with it; null for those that were done.</summary>
    [Id(2)]
    public ImmutableArray<string?> OperationErrors { get; init; } = [];

    /// <summary>True when everything was done.</summary>
    public bool IsDone => Error is null && OperationErrors.All(error => error is null);
}
