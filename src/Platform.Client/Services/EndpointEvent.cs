namespace Platform.Client.Services;

/// <summary>What is told to a balancer.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Change">A service, whole or what changed of it; null with others.</param>
public sealed record EndpointEvent(EndpointEventKind Kind, ServiceChange? Change)
{
    /// <summary>The machines that have names of their own; null with others than <see cref="EndpointEventKind.Nodes"/>.</summary>
    public ClusterNodes? Nodes { get; init; }

    /// <summary>What to acknowledge; null with others than <see cref="EndpointEventKind.Mark"/>.</summary>
    public EndpointMark? Mark { get; init; }
}

/// <summary>What is told to a balancer.</summary>
public enum EndpointEventKind
{
    /// <summary>A service with all its endpoints.</summary>
    Snapshot,

    /// <summary>What changed of a service.</summary>
    Change,

    /// <summary>What was not told since the connection was made is not there.</summary>
    Complete,

    /// <summary>Nothing but that the control plane is still there; it comes every 15 seconds at least.</summary>
    Alive,

    /// <summary>The balancer shall acknowledge when connections go by all that was told before; see <see cref="EndpointWatchOptions.Acknowledges"/>.</summary>
    Mark,

    /// <summary>The addresses of masters and agents; see <see cref="EndpointWatchOptions.WantsNodes"/>.</summary>
    Nodes,
}

/// <summary>A point in what is told to a balancer.</summary>
/// <param name="Balancer">The balancer's name for this connection.</param>
/// <param name="Mark">The number of the point.</param>
public sealed record EndpointMark(string Balancer, long Mark);

/// <summary>The machines that have names of their own in DNS.</summary>
public sealed record ClusterNodes
{
    /// <summary>Where the control plane's processes serve HTTP (<c>10.0.0.1:5050</c>), the leader first.</summary>
    public IReadOnlyList<string> Masters { get; init; } = [];

    /// <summary>The addresses of agents that are there, with the port that each is said to have (<c>10.0.1.1:5051</c>).</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];
}

/// <summary>How a balancer follows.</summary>
public sealed record EndpointWatchOptions
{
    /// <summary>
    /// Follow with the right of an agent in place of that of an operator: only with the labels that virtual addresses and DNS need, without logins.
    /// Default false.
    /// </summary>
    public bool IsAgent { get; init; }

    /// <summary>
    /// Ends of instances wait until this balancer goes by the change that takes them out: <see cref="EndpointEventKind.Mark"/> comes and is answered with
    /// <see cref="ServicesClient.AcknowledgeEndpointsAsync"/>. One that does not answer in 2 seconds is not waited for any more until it does. Default false.
    /// </summary>
    public bool Acknowledges { get; init; }

    /// <summary>The addresses of masters and agents are told, too. Default false.</summary>
    public bool WantsNodes { get; init; }
}
