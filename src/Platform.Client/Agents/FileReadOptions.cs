namespace Platform.Client.Agents;

/// <summary>Which part of a sandbox file to read, and how long to wait for it.</summary>
public sealed record FileReadOptions
{
    /// <summary>From this byte. Default 0; less than -1: so many bytes before the end; -1: only the length is asked for.</summary>
    public long Offset { get; init; }

    /// <summary>At most so many bytes. Default 65,536, at most 1,048,576.</summary>
    public int Length { get; init; } = 65_536;

    /// <summary>
    /// When there is nothing from the offset on, the answer comes as soon as there is something or the task has ended, and after this time with
    /// nothing. Default 0, at most 15 s.
    /// </summary>
    public TimeSpan Wait { get; init; }

    /// <summary>
    /// To read on across rotations: empty at first, then <see cref="FilePart.Rotation"/> of the part before, beside the offset where that one
    /// ended. Null, the default: the file as it is now.
    /// </summary>
    public string? Rotation { get; init; }
}
