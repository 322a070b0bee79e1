namespace Platform.Client.Agents;

/// <summary>A part of a file in a task's sandbox.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">What it is.</param>
/// <param name="Size">How long the whole file is now.</param>
public sealed record FilePart(long Offset, ReadOnlyMemory<byte> Bytes, long Size)
{
    /// <summary>There is more to read at once.</summary>
    public bool More { get; init; }

    /// <summary>The task has ended, and nothing will come after this part.</summary>
    public bool Ended { get; init; }

    /// <summary>For <see cref="FileReadOptions.Rotation"/> of the next read; null if the read was not to go across rotations.</summary>
    public string? Rotation { get; init; }
}
