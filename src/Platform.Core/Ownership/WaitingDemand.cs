namespace Platform.Core.Ownership;

/// <summary>A demand that the allocator has from an owner.</summary>
/// <typeparam name="TFor">What its tasks are for, such as the definition that they are made from.</typeparam>
/// <param name="demandId">The demand.</param>
/// <param name="for">What its tasks are for.</param>
/// <param name="since">When it was decided.</param>
public sealed class WaitingDemand<TFor>(string demandId, TFor @for, DateTimeOffset since)
{
    /// <summary>The demand.</summary>
    public string DemandId { get; } = demandId;

    /// <summary>What its tasks are for.</summary>
    public TFor For { get; } = @for;

    /// <summary>When it was decided.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>Its tasks that have no place yet.</summary>
    public HashSet<string> TaskIds { get; } = new(StringComparer.Ordinal);

    /// <summary>The key of the parked record that it is for; null: it is for new ones.</summary>
    public string? Parked { get; init; }

    /// <summary>So many of its tasks had no room when the allocator looked; null: it has not said so.</summary>
    public int? WithoutRoom { get; set; }

    /// <summary>How many tasks it is certain of that there was no room for them: none while places may be on their way.</summary>
    public int TurnedAway => TaskIds.Count <= WithoutRoom ? TaskIds.Count : 0;

    /// <summary>One on every matching agent: the allocator names the tasks, and the demand stands until it is withdrawn.</summary>
    public bool Standing { get; init; }
}
