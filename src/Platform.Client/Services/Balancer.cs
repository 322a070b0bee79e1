namespace Platform.Client.Services;

/// <summary>The balancer of virtual addresses on a machine: the control plane's, or that of an agent whose <c>--status</c> answers.</summary>
public sealed record Balancer
{
    /// <summary>Connections that were given an endpoint.</summary>
    public long Connections { get; init; }

    /// <summary>Connections that are open.</summary>
    public long Active { get; init; }

    /// <summary>Endpoints that could not be reached.</summary>
    public long Failures { get; init; }

    /// <summary>Connections that no endpoint took.</summary>
    public long Refused { get; init; }

    /// <summary>Its control plane is away, and it goes on with what it knows.</summary>
    public bool Stale { get; init; }

    /// <summary>Time since its control plane was last heard.</summary>
    public double AgeSeconds { get; init; }

    /// <summary>What it listens on.</summary>
    public IReadOnlyList<BalancerAddress> Addresses { get; init; } = [];

    /// <summary>What it cannot listen on.</summary>
    public IReadOnlyList<BalancerProblem> Problems { get; init; } = [];
}

/// <summary>A virtual address that is listened on.</summary>
public sealed record BalancerAddress
{
    /// <summary>The name or address, and the port.</summary>
    public string Name { get; init; } = "";

    /// <summary>tcp or udp.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>The address behind it on that machine.</summary>
    public string Listen { get; init; } = "";

    /// <summary>The endpoints.</summary>
    public IReadOnlyList<BalancerBackend> Backends { get; init; } = [];
}

/// <summary>An endpoint behind a virtual address.</summary>
public sealed record BalancerBackend
{
    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its address and port.</summary>
    public string Target { get; init; } = "";

    /// <summary>Its share of new connections.</summary>
    public int Weight { get; init; }

    /// <summary>Whether it is given new connections.</summary>
    public bool Ready { get; init; }

    /// <summary>Open connections.</summary>
    public int Active { get; init; }

    /// <summary>Connections, all told.</summary>
    public long Total { get; init; }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; init; }
}

/// <summary>A virtual address that cannot be listened on.</summary>
public sealed record BalancerProblem
{
    /// <summary>The name or address, and the port.</summary>
    public string Name { get; init; } = "";

    /// <summary>tcp or udp.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>Why not.</summary>
    public string Problem { get; init; } = "";
}
