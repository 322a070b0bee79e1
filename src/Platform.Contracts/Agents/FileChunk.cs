using Platform.Core.Collections;

namespace Platform.Contracts.Agents;

/// <summary>A part of a sandbox file, or a directory listing.</summary>
[GenerateSerializer, Immutable, Alias("Platform.FileChunk")]
public sealed record FileChunk
{
    /// <summary>Id of the request.</summary>
    [Id(0)] public string RequestId { get; init; } = "";

    /// <summary>Why it failed; null: it did not.</summary>
    [Id(1)] public string? Error { get; init; }

    /// <summary>The offset of the first byte.</summary>
    [Id(2)] public long Offset { get; init; }

    /// <summary>The bytes.</summary>
    [Id(3)] public byte[] Bytes { get; init; } = [];

    /// <summary>The length of the whole file now.</summary>
    [Id(4)] public long Size { get; init; }

    /// <summary>Entries of a directory.</summary>
    [Id(5)] public ValueList<FileEntry> Entries { get; init; }

    /// <summary>True if the task had ended before the file was read: nothing will come after the end of the file.</summary>
    [Id(6)] public bool Ended { get; init; }

    /// <summary>With <see cref="Error"/>: the agent could not be asked, or its answer got lost with its session.</summary>
    [Id(9)] public bool Unreachable { get; init; }

    /// <summary>True if there is more to read at once.</summary>
    [Id(8)] public bool More { get; init; }

    /// <summary>With <see cref="FileRequest.Rotation"/>: which of the rotated parts the offset is counted in.</summary>
    [Id(7)] public string? Rotation { get; init; }
}
