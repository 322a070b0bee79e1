using System.Net;
using Platform.Clustering.Certificates;

namespace Platform.Clustering;

/// <summary>How a silo joins its cluster.</summary>
public sealed record ClusterSiloOptions
{
    /// <summary>The Redis that the cluster shares: <c>host:port</c>, or any configuration text of StackExchange.Redis.</summary>
    public required string Redis { get; init; }

    /// <summary>The cluster's id. Silos with the same id and the same Redis are one cluster, and share all state.</summary>
    public required string Cluster { get; init; }

    /// <summary>The address that the other silos reach this one at. Default: this machine's loopback address.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port for other silos. Default 11111.</summary>
    public int SiloPort { get; init; } = 11111;

    /// <summary>The port for cluster clients. Default 30000.</summary>
    public int GatewayPort { get; init; } = 30000;

    /// <summary>The cluster's authority and the certificate of this silo, for mutual TLS with the other silos; null: they talk in the clear. Default null.</summary>
    public (CertificateAuthority Authority, IServerCertificate Certificate)? Encryption { get; init; }

    /// <summary>
    /// How long a silo may take to answer another one's probe. After three that were missed, and two silos that say so, it counts as dead: a
    /// silo that hangs or is cut off is given up after some 6 s, one that was killed at once. Default 1 s, at most doubled under load.
    /// </summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);
}
