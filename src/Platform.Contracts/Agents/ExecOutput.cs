namespace Platform.Contracts.Agents;

/// <summary>From a command beside a task to its client. Frames are numbered, since they may overtake each other on their way.</summary>
[GenerateSerializer, Immutable, Alias("ExecOutput")]
public sealed record ExecOutput
{
    /// <summary>The command.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>0 for the first frame, then one more for each; -1: it counts whatever came before.</summary>
    [Id(1)] public long Number { get; init; }

    /// <summary>What it wrote.</summary>
    [Id(2)] public byte[] Bytes { get; init; } = [];

    /// <summary>With <see cref="Bytes"/>: to standard error.</summary>
    [Id(3)] public bool IsError { get; init; }

    /// <summary>So many bytes of input it has taken in all.</summary>
    [Id(4)] public long Taken { get; init; }

    /// <summary>It runs. Said once.</summary>
    [Id(5)] public bool Started { get; init; }

    /// <summary>Its exit status, 128 + n after signal n; the last frame.</summary>
    [Id(6)] public int? ExitStatus { get; init; }

    /// <summary>Why there is no exit status, for people; the last frame.</summary>
    [Id(7)] public string? Error { get; init; }

    /// <summary>With <see cref="Error"/>: the agent could not be asked, or went away.</summary>
    [Id(8)] public bool Unreachable { get; init; }

    /// <summary>True if nothing comes after it.</summary>
    public bool IsLast => ExitStatus is not null || Error is not null;
}
