namespace Platform.Client.Agents;

/// <summary>A part of a file in a task's sandbox.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">What it is.</param>
/// <param name="Size">How long the whole file is now.</param>
public sealed record FilePart(long Offset, ReadOnlyMemory<byte> Bytes, long Size);
