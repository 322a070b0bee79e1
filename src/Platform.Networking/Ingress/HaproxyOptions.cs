using System.Net;
using Platform.Core.Ingress;

namespace Platform.Networking.Ingress;

/// <summary>How HAProxy is run and told of changes.</summary>
public sealed record HaproxyOptions
{
    /// <summary>What stands in its configuration.</summary>
    public required HaproxySettings Settings { get; init; }

    /// <summary>The file of its configuration.</summary>
    public required string ConfigPath { get; init; }

    /// <summary>The program, for its own check of a configuration, and to run it. Default: <c>haproxy</c>.</summary>
    public string Program { get; init; } = "haproxy";

    /// <summary>A shell command that makes a HAProxy reload that others run; null: see <see cref="PidFile"/>.</summary>
    public string? ReloadCommand { get; init; }

    /// <summary>The file with the process id of a HAProxy in master-worker mode (<c>haproxy -W -p FILE</c>) that others run; null too: it is run as a child.</summary>
    public string? PidFile { get; init; }

    /// <summary>Where marathon-lb's admin paths are served; null: nowhere. Whoever reaches them sees hashes of passwords, and can reload.</summary>
    public IPEndPoint? Admin { get; init; }

    /// <summary>The least time between two reloads: each starts a process, and the old one goes on until its connections have ended. Default 1 second.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long HAProxy may take to come up with a new configuration. Default 15 seconds.</summary>
    public TimeSpan ReloadTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After what failed it is tried again so much later. Default 5 seconds.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(5);
}
