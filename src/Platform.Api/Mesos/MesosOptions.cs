namespace Platform.Api.Mesos;

/// <summary>Settings of Mesos' API.</summary>
public sealed class MesosOptions
{
    /// <summary>The cluster's name for people. Default: none (Mesos' --cluster).</summary>
    public string? Cluster { get; set; }

    /// <summary>The name or address under which clients are told to reach it. Default: the one that they came by (Mesos' --hostname).</summary>
    public string? Hostname { get; set; }

    /// <summary>What is told as the master's flags, by name. Default: those that clients look at.</summary>
    public IReadOnlyDictionary<string, string> Flags { get; set; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["allocation_interval"] = "0secs",
        ["authenticate_agents"] = "false",
        ["authenticate_frameworks"] = "false",
        ["authenticate_http_readonly"] = "false",
        ["authenticate_http_readwrite"] = "false",
        ["filter_gpu_resources"] = "true",
        ["framework_sorter"] = "drf",
        ["min_allocatable_resources"] = "cpus:0.01|mem:32",
        ["role_sorter"] = "drf",
        ["version"] = "false",
    };
}
