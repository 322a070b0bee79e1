using System.Net;
using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>What of HAProxy's configuration the operator says, and no label.</summary>
public sealed record HaproxySettings
{
    /// <summary>Where HTTP without encryption is served.</summary>
    public ValueList<IPEndPoint> Http { get; init; }

    /// <summary>Where HTTP over TLS is served.</summary>
    public ValueList<IPEndPoint> Tls { get; init; }

    /// <summary>The folder or file of certificates; null: none, and no TLS.</summary>
    public string? Certificates { get; init; }

    /// <summary>The names of the files in that folder.</summary>
    public ValueList<string> CertificateFiles { get; init; }

    /// <summary>The groups that are served; empty: everything.</summary>
    public ValueList<string> Groups { get; init; }

    /// <summary>The path of the runtime socket.</summary>
    public required string Socket { get; init; }

    /// <summary>The path of a socket at which HAProxy serves its own statistics over HTTP; null: it serves none.</summary>
    public string? StatsSocket { get; init; }

    /// <summary>The address that service ports are listened on at. Default: loopback.</summary>
    public IPAddress ServiceAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The first service port that is listened on. Default 10000, Marathon's first.</summary>
    public int FirstServicePort { get; init; } = 10_000;

    /// <summary>The last service port that is listened on. Default 20000, Marathon's last; less than the first: none is.</summary>
    public int LastServicePort { get; init; } = 20_000;

    /// <summary>Service ports of which the machine says that they cannot be listened on.</summary>
    public ValueList<int> RefusedPorts { get; init; }

    /// <summary>Labels may bring pieces of configuration. Whoever may change labels can then do with HAProxy what they like. Default false.</summary>
    public bool AllowsTemplates { get; init; }

    /// <summary>The fewest places for servers that a backend has. Default 8.</summary>
    public int FewestSlots { get; init; } = 8;
}
