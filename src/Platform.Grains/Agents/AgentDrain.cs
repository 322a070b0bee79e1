namespace Platform.Grains.Agents;

/// <summary>An operator's wish to drain an agent.</summary>
/// <param name="MaxGraceSeconds">The longest kill grace that is allowed; null: as the tasks say.</param>
/// <param name="MarkGone">Declare it gone when it is drained.</param>
/// <param name="Since">When the wish came; null: before that was written down.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentDrain")]
public sealed record AgentDrain([property: Id(0)] double? MaxGraceSeconds, [property: Id(1)] bool MarkGone, [property: Id(2)] DateTimeOffset? Since = null);
