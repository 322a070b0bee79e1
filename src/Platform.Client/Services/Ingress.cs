namespace Platform.Client.Services;

/// <summary>The HTTP ingress of the control plane that answers.</summary>
public sealed record Ingress
{
    /// <summary>Where it listens; empty: it has none.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>What it has counted.</summary>
    public IngressCounts Counts { get; init; } = new();

    /// <summary>What it serves.</summary>
    public IReadOnlyList<IngressRoute> Routes { get; init; } = [];
}

/// <summary>What an ingress has counted since it started.</summary>
public sealed record IngressCounts
{
    /// <summary>Requests under a known host and path.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that go on.</summary>
    public long Active { get; init; }

    /// <summary>Requests that were sent to another instance after one failed.</summary>
    public long Retries { get; init; }

    /// <summary>Requests that no instance answered.</summary>
    public long Failures { get; init; }

    /// <summary>Requests under hosts and paths that nobody serves.</summary>
    public long Unknown { get; init; }

    /// <summary>Requests that waited for an app to be woken.</summary>
    public long Wakes { get; init; }
}

/// <summary>One port of a service as it is served.</summary>
public sealed record IngressRoute
{
    /// <summary>The service.</summary>
    public string Service { get; init; } = "";

    /// <summary>The index of the port.</summary>
    public int PortIndex { get; init; }

    /// <summary>http or tcp.</summary>
    public string Mode { get; init; } = "http";

    /// <summary>The host names; empty: any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>What paths begin with; null: any.</summary>
    public string? Path { get; init; }

    /// <summary>The port for this service alone, where it is served as bytes; 0: none.</summary>
    public int ServicePort { get; init; }

    /// <summary>Why it is not served as it asks; null: it is.</summary>
    public string? Problem { get; init; }

    /// <summary>The endpoints behind it.</summary>
    public IReadOnlyList<BalancerBackend> Backends { get; init; } = [];
}
