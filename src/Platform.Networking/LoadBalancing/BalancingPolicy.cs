namespace Platform.Networking.LoadBalancing;

/// <summary>How a backend is chosen.</summary>
public enum BalancingPolicy
{
    /// <summary>The one with the fewest open connections for its weight.</summary>
    LeastConnections,

    /// <summary>The same one for the same client address, as long as it is there.</summary>
    SourceAddress,
}
