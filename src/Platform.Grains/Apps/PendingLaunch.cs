using Platform.Core.Apps;

namespace Platform.Grains.Apps;

/// <summary>A demand that the allocator has from this app.</summary>
internal sealed class PendingLaunch(string demandId, AppTarget target, DateTimeOffset since)
{
    /// <summary>The demand.</summary>
    public string DemandId { get; } = demandId;

    /// <summary>The definition that its instances are made from.</summary>
    public AppTarget Target { get; } = target;

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset Since { get; } = since;

    /// <summary>Its tasks that have no place yet.</summary>
    public HashSet<string> TaskIds { get; } = new(StringComparer.Ordinal);

    /// <summary>The parked instance that it is for; null: it is for new ones.</summary>
    public string? Parked { get; init; }

    /// <summary>One on every matching agent: the allocator names the tasks, and the demand stands until it is withdrawn.</summary>
    public bool Standing { get; init; }
}
