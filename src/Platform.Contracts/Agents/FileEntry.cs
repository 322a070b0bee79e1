namespace Platform.Contracts.Agents;

/// <summary>One entry of a sandbox directory.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FileEntry")]
public sealed record FileEntry
{
    /// <summary>The name.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>It is a directory.</summary>
    [Id(1)] public bool Directory { get; init; }

    /// <summary>Bytes.</summary>
    [Id(2)] public long Size { get; init; }

    /// <summary>Permission bits, as in stat(2).</summary>
    [Id(3)] public int Mode { get; init; }

    /// <summary>Last change.</summary>
    [Id(4)] public DateTimeOffset Modified { get; init; }

    /// <summary>The name of its user on the agent, or the number of one without a name; empty: not known.</summary>
    [Id(5)] public string User { get; init; } = "";

    /// <summary>The same of its group.</summary>
    [Id(6)] public string Group { get; init; } = "";
}
