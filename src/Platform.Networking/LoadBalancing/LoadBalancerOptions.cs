using Platform.Core.Registry;

namespace Platform.Networking.LoadBalancing;

/// <summary>How the balancer is set up.</summary>
public sealed record LoadBalancerOptions
{
    /// <summary>A backend that does not take a connection in this time has failed, and the next is tried. Default 2 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Backends that are tried for one connection. Default 4.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>How long a new connection waits while no backend is ready. Default 5 seconds.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Wakes an app that has no instances; null: no app is woken.</summary>
    public Func<Sleeper, CancellationToken, Task>? Wake { get; init; }

    /// <summary>How long a new connection waits for an app that is woken. Default 2 minutes.</summary>
    public TimeSpan LongestWake { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Connections to one address that wait for a backend; more are refused. Default 10,000.</summary>
    public int MostWaiting { get; init; } = 10_000;

    /// <summary>A connection on which nothing moves either way for so long is closed. Default 1 hour.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A UDP client that sends nothing for so long is forgotten. Default 30 seconds.</summary>
    public TimeSpan UdpIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>UDP clients of one address that are remembered; of more the oldest is forgotten. Default 10,000.</summary>
    public int UdpClients { get; init; } = 10_000;
}
