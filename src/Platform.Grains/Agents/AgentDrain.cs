namespace Platform.Grains.Agents;

/// <summary>An operator's wish to drain an agent.</summary>
/// <param name="MaxGraceSeconds">The longest kill grace that is allowed; null: as the tasks say.</param>
/// <param name="MarkGone">Declare it gone when it is drained.</param>
/// <param name="Since">When the wish came; null: before that was written down.</param>
[GenerateSerializer, Immutable, Alias("Platform.AgentDrain")]
public sealed record AgentDrain([property: Id(0)] double? MaxGraceSeconds, [property: Id(1)] bool MarkGone, [property: Id(2)] DateTimeOffset? Since = null)
{
    /// <summary>Without a word tasks have an hour to be replaced, as in Nomad.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromHours(1);

    /// <summary>When tasks leave although they are not replaced; null: never, it began before there was such a time.</summary>
    [Id(3)] public DateTimeOffset? Deadline { get; init; }
}
