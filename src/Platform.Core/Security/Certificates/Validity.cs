namespace Platform.Core.Security.Certificates;

/// <summary>When a certificate counts.</summary>
/// <param name="From">From here on.</param>
/// <param name="To">Until here.</param>
public sealed record Validity(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Whether it counts at a time.</summary>
    public bool Covers(DateTimeOffset time) => From <= time && time <= To;
}
