namespace Platform.Contracts.Recovery;

/// <summary>Where news stand among the others of their source, so that what comes late, or twice, does not take the place of what is newer.</summary>
/// <param name="Source">The activation that tells; 0: it does not number what it tells.</param>
/// <param name="Number">Rises with each that it tells.</param>
[GenerateSerializer, Immutable, Alias("Platform.NewsNumber")]
public readonly record struct NewsNumber([property: Id(0)] long Source, [property: Id(1)] long Number)
{
    /// <summary>The one after this.</summary>
    public NewsNumber Next => this with { Number = Number + 1 };

    /// <summary>True if the other is newer. Nothing is known of those of different sources.</summary>
    public bool IsOlderThan(NewsNumber other) => Source != 0 && Source == other.Source && Number < other.Number;
}
