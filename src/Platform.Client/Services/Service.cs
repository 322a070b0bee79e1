using System.Text.Json.Serialization;

namespace Platform.Client.Services;

/// <summary>A service in a list.</summary>
public sealed record ServiceSummary
{
    /// <summary>Its name, such as <c>web.shop.marathon</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The number of its last change.</summary>
    public long Index { get; init; }

    /// <summary>How many endpoints it has.</summary>
    public int Endpoints { get; init; }

    /// <summary>How many of them are to be given work.</summary>
    public int Ready { get; init; }

    /// <summary>How many of them are about to be stopped.</summary>
    public int Draining { get; init; }
}

/// <summary>A service with its endpoints.</summary>
public sealed record Service
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The number of its last change, after which <see cref="ServiceHandle.WaitAsync"/> waits.</summary>
    public long Index { get; init; }

    /// <summary>Its endpoints.</summary>
    public IReadOnlyList<ServiceEndpoint> Endpoints { get; init; } = [];

    /// <summary>Its names in DNS.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>Its virtual addresses.</summary>
    public IReadOnlyList<ServiceAddress> VirtualAddresses { get; init; } = [];

    /// <summary>What of its labels could not be read.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>A virtual address of a service.</summary>
public sealed record ServiceAddress
{
    /// <summary>The name or address, and the port, as they are asked for.</summary>
    public string Name { get; init; } = "";

    /// <summary>tcp or udp.</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>The address behind it on the machine that answered.</summary>
    public string? Address { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; }
}

/// <summary>One endpoint of a service.</summary>
public sealed record ServiceEndpoint
{
    /// <summary>The task's id, or that of the registration.</summary>
    public required string Id { get; init; }

    /// <summary><c>Ready</c>, <c>Waiting</c> or <c>Draining</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>What a check of the control plane says against it; null: nothing.</summary>
    public string? Problem { get; init; }

    /// <summary>Its share of new connections beside others.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Whose task it is; null: it was registered from outside.</summary>
    public string? Owner { get; init; }

    /// <summary>The version of the definition that it was made from.</summary>
    public string? Version { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The addresses of its agent, where host ports are.</summary>
    public IReadOnlyList<string> AgentAddresses { get; init; } = [];

    /// <summary>Its ports.</summary>
    public IReadOnlyList<ServicePort> Ports { get; init; } = [];

    /// <summary>Tags of what was registered from outside.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The framework in DNS names; told to balancers only.</summary>
    public string? Framework { get; init; }

    /// <summary>The task's name; told to balancers only.</summary>
    public string? Name { get; init; }

    /// <summary>The name under which it wants to be found; told to balancers only. Null: its name.</summary>
    public string? DiscoveryName { get; init; }

    /// <summary>The agent's id; null: it was registered from outside.</summary>
    public string? AgentId { get; init; }

    /// <summary>Labels; told to balancers only.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The percentage of new connections that all with a share together get; told to balancers only. Null: what is left.</summary>
    public double? Share { get; init; }
}

/// <summary>A port of an endpoint.</summary>
public sealed record ServicePort
{
    /// <summary>Its name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>tcp, udp or "udp,tcp".</summary>
    public string Protocol { get; init; } = "tcp";

    /// <summary>The number on the agent's addresses; 0: none.</summary>
    public int HostPort { get; init; }

    /// <summary>The number on the task's own addresses; 0: the same.</summary>
    public int ContainerPort { get; init; }

    /// <summary>The cluster-wide service port; 0: none.</summary>
    [JsonPropertyName("servicePort")]
    public int ClusterPort { get; init; }

    /// <summary>Labels; told to balancers only.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The task holds it, and DNS does not tell of it by name; told to balancers only.</summary>
    public bool Hidden { get; init; }
}

/// <summary>A change of a service.</summary>
public sealed record ServiceChange
{
    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>The number of the change.</summary>
    public long Index { get; init; }

    /// <summary>It is the whole list; otherwise only what changed.</summary>
    public bool IsSnapshot { get; init; }

    /// <summary>Endpoints that are new or changed.</summary>
    public IReadOnlyList<ServiceEndpoint> Set { get; init; } = [];

    /// <summary>Ids of endpoints that are gone.</summary>
    public IReadOnlyList<string> Removed { get; init; } = [];
}

/// <summary>An instance to be registered from outside.</summary>
public sealed record ServiceInstance
{
    /// <summary>Its IP address.</summary>
    public required string Address { get; init; }

    /// <summary>Its ports; <see cref="ServicePort.HostPort"/> is the number.</summary>
    public IReadOnlyList<ServicePort> Ports { get; init; } = [];

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Its share of new connections beside others, 0 to 1000. Default 1.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>It is removed when no heartbeat comes for so long; null: it stays.</summary>
    public double? TtlSeconds { get; init; }

    /// <summary>How the control plane looks whether it is there; null: it does not.</summary>
    public ServiceCheck? Check { get; init; }
}

/// <summary>How the control plane looks whether an instance is there.</summary>
public sealed record ServiceCheck
{
    /// <summary>http or tcp.</summary>
    public required string Protocol { get; init; }

    /// <summary>The port; null: the first of the instance.</summary>
    public int? Port { get; init; }

    /// <summary>The path of an HTTP check. Default "/".</summary>
    public string Path { get; init; } = "/";

    /// <summary>Time between two looks, 1 second or more. Default 10.</summary>
    public double IntervalSeconds { get; init; } = 10;
}

/// <summary>A record of DNS.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Type">A, AAAA, SRV, PTR or TXT.</param>
/// <param name="Data">An address, <c>host:port</c>, a name or a text.</param>
public sealed record DnsEntry(string Name, string Type, string Data);
