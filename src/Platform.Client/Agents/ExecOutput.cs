namespace Platform.Client.Agents;

/// <summary>What a command wrote.</summary>
/// <param name="IsError">To standard error.</param>
/// <param name="Bytes">The bytes; valid until the next are asked for.</param>
public readonly record struct ExecOutput(bool IsError, ReadOnlyMemory<byte> Bytes);
