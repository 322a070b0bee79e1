namespace Platform.Storage.Records;

/// <summary>An entry of a <see cref="IPersistentLog{T}"/>.</summary>
/// <param name="Sequence">Its sequence number.</param>
/// <param name="Value">What was appended.</param>
[GenerateSerializer, Immutable, Alias("Platform.LogEntry`1")]
public sealed record LogEntry<T>([property: Id(0)] long Sequence, [property: Id(1)] T Value);
