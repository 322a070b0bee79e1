using Platform.Core.Collections;

namespace Platform.Core.Tasks;

/// <summary>A check that the agent runs against a task, with the timing of Marathon and Mesos.</summary>
[GenerateSerializer, Immutable, Alias("Platform.CheckSpec")]
public sealed record CheckSpec
{
    /// <summary>What the outcome is used for.</summary>
    [Id(0)] public CheckPurpose Purpose { get; init; }

    /// <summary>How to look.</summary>
    [Id(1)] public CheckKind Kind { get; init; }

    /// <summary>The name of a readiness check, or null.</summary>
    [Id(2)] public string? Name { get; init; }

    /// <summary>The port to look at, already resolved to the number on the agent; 0 for a command.</summary>
    [Id(3)] public int Port { get; init; }

    /// <summary>The path and query of an HTTP check. Default "/".</summary>
    [Id(4)] public string Path { get; init; } = "/";

    /// <summary>The command of a command check (a shell line or an argument vector).</summary>
    [Id(5)] public CommandSpec? Command { get; init; }

    /// <summary>Failures are ignored for this long after the start, or until the first success. Seconds, default 300 (Marathon).</summary>
    [Id(6)] public double GracePeriodSeconds { get; init; } = 300;

    /// <summary>Time between the end of one check and the next. Seconds, default 60 (Marathon).</summary>
    [Id(7)] public double IntervalSeconds { get; init; } = 60;

    /// <summary>A check that takes longer has failed. Seconds, default 20.</summary>
    [Id(8)] public double TimeoutSeconds { get; init; } = 20;

    /// <summary>The task is killed after this many failures in a row; 0: never. Default 3.</summary>
    [Id(9)] public int MaxConsecutiveFailures { get; init; } = 3;

    /// <summary>Time before the first check. Seconds, default 0; 15 for Mesos checks.</summary>
    [Id(10)] public double DelaySeconds { get; init; }

    /// <summary>Ignore answers 100 to 199 (neither a success nor a failure). Default false.</summary>
    [Id(11)] public bool IgnoreHttp1xx { get; init; }

    /// <summary>IPv6 instead of IPv4 loopback or host address. Default false.</summary>
    [Id(12)] public bool Ipv6 { get; init; }

    /// <summary>The answers that mean ready; for readiness checks only. Empty: 200.</summary>
    [Id(13)] public ValueList<int> ReadyStatusCodes { get; init; }

    /// <summary>Keep the last answer of a readiness check in its result. Default false.</summary>
    [Id(14)] public bool PreserveLastResponse { get; init; }
}
