namespace Platform.Core.Deployments;

/// <summary>
/// Where an order of a deployment stands among all orders that an app may get. Of two the app takes the later and refuses the other, so it does
/// not matter in which order they arrive.
/// </summary>
/// <param name="Version">The version of the tree that the deployment leads to. The gate gives each change of an app a later one.</param>
/// <param name="Turn">Rises within a deployment with each step, pause and resumption, from 1.</param>
[GenerateSerializer, Immutable, Alias("Platform.OrderTerm")]
public sealed record OrderTerm([property: Id(0)] string Version, [property: Id(1)] int Turn)
{
    /// <summary>The last of a deployment: nothing that it ordered before is taken any more.</summary>
    /// <param name="version">The version that the deployment leads to.</param>
    public static OrderTerm Last(string version) => new(version, int.MaxValue);

    /// <summary>True if it comes before the other; every term comes after none.</summary>
    public bool IsBefore(OrderTerm? other)
    {
        if (other is null)
            return false;
        var byVersion = string.CompareOrdinal(Version, other.Version);
        return byVersion < 0 || (byVersion == 0 && Turn < other.Turn);
    }
}
