namespace Platform.Contracts.Agents;

/// <summary>From the client to a command beside a task. Frames are numbered, since they may overtake each other on their way.</summary>
[GenerateSerializer, Immutable, Alias("ExecInput")]
public sealed record ExecInput
{
    /// <summary>The command.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>0 for the first frame, then one more for each.</summary>
    [Id(1)] public long Number { get; init; }

    /// <summary>Bytes for its standard input.</summary>
    [Id(2)] public byte[] Bytes { get; init; } = [];

    /// <summary>No more of them will come.</summary>
    [Id(3)] public bool End { get; init; }

    /// <summary>So many bytes of output the client has taken in all.</summary>
    [Id(4)] public long Taken { get; init; }

    /// <summary>The terminal's new width, with <see cref="Rows"/>; 0: as it was.</summary>
    [Id(5)] public int Columns { get; init; }

    /// <summary>The terminal's new height.</summary>
    [Id(6)] public int Rows { get; init; }

    /// <summary>A signal for it, by the kernel's number; 0: none.</summary>
    [Id(7)] public int Signal { get; init; }

    /// <summary>The client is gone: the command is ended.</summary>
    [Id(8)] public bool Close { get; init; }
}
