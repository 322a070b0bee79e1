using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A health check of an app, or its check that is only reported.</summary>
[GenerateSerializer, Immutable, Alias("Platform.HealthCheckSpec")]
public sealed record HealthCheckSpec
{
    /// <summary>HTTP, HTTPS, TCP, COMMAND, MESOS_HTTP, MESOS_HTTPS or MESOS_TCP. Default HTTP.</summary>
    [Id(0)] public string Protocol { get; init; } = "HTTP";

    /// <summary>The path of an HTTP check; null: not given ("/" is used).</summary>
    [Id(1)] public string? Path { get; init; }

    /// <summary>The index of the port to check; null: not given.</summary>
    [Id(2)] public int? PortIndex { get; init; }

    /// <summary>The port to check; null: not given.</summary>
    [Id(3)] public int? Port { get; init; }

    /// <summary>Failures are ignored for this long after the start. Seconds, default 300.</summary>
    [Id(4)] public int GracePeriodSeconds { get; init; } = 300;

    /// <summary>Time between two checks. Seconds, default 60.</summary>
    [Id(5)] public int IntervalSeconds { get; init; } = 60;

    /// <summary>A check that takes longer has failed. Seconds, default 20.</summary>
    [Id(6)] public int TimeoutSeconds { get; init; } = 20;

    /// <summary>Failures in a row after which the instance is killed; 0: never. Default 3.</summary>
    [Id(7)] public int MaxConsecutiveFailures { get; init; } = 3;

    /// <summary>Time before the first check of a Mesos check. Seconds, default 15.</summary>
    [Id(8)] public int DelaySeconds { get; init; } = 15;

    /// <summary>Ignore answers 100 to 199. Default false; null for protocols that do not have it.</summary>
    [Id(9)] public bool? IgnoreHttp1xx { get; init; }

    /// <summary>IPv4 or IPv6. Default IPv4.</summary>
    [Id(10)] public string IpProtocol { get; init; } = "IPv4";

    /// <summary>The shell line of a command check; null otherwise.</summary>
    [Id(11)] public string? Command { get; init; }

    /// <summary>The argument vector of a command check; empty otherwise.</summary>
    [Id(12)] public ValueList<string> Argv { get; init; }
}
