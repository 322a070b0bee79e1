using System.Net;

namespace Platform.Networking.Ingress;

/// <summary>How the HTTP ingress is set up.</summary>
public sealed record IngressOptions
{
    /// <summary>Where HTTP without encryption is served.</summary>
    public IReadOnlyList<IPEndPoint> Http { get; init; } = [];

    /// <summary>Where HTTP/2 without encryption is served, for gRPC clients that use no TLS.</summary>
    public IReadOnlyList<IPEndPoint> Http2 { get; init; } = [];

    /// <summary>Where HTTP over TLS is served.</summary>
    public IReadOnlyList<IPEndPoint> Tls { get; init; } = [];

    /// <summary>The folder of certificates; null: none.</summary>
    public string? CertificateFolder { get; init; }

    /// <summary>The groups that are served; empty: everything.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>How long a request waits while no instance is ready. Default 5 seconds.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a request waits for an app that it has woken. Default 2 minutes.</summary>
    public TimeSpan LongestWake { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>An instance that does not take a connection in this time has failed, and the next is tried. Default 2 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A request on which nothing moves for so long is given up. Default 1 hour, for streams and long polls.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Instances that are tried for one request. Default 4.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Wakes an app that has no instances, by its path, to so many; null: no app is woken.</summary>
    public Func<string, int, CancellationToken, Task>? Wake { get; init; }
}
