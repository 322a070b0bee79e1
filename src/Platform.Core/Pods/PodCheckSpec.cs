using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>A health check of a container, or its check that is only reported.</summary>
[GenerateSerializer, Immutable, Alias("Platform.PodCheckSpec")]
public sealed record PodCheckSpec
{
    /// <summary>How to look.</summary>
    [Id(0)] public CheckKind Kind { get; init; }

    /// <summary>The endpoint to look at; null for a command.</summary>
    [Id(1)] public string? Endpoint { get; init; }

    /// <summary>The path of an HTTP check; null: not given ("/" is used).</summary>
    [Id(2)] public string? Path { get; init; }

    /// <summary>The command of a command check.</summary>
    [Id(3)] public CommandSpec? Command { get; init; }

    /// <summary>Failures are ignored for this long after the start. Seconds, default 300.</summary>
    [Id(4)] public int GracePeriodSeconds { get; init; } = 300;

    /// <summary>Time between two checks. Seconds, default 60.</summary>
    [Id(5)] public int IntervalSeconds { get; init; } = 60;

    /// <summary>A check that takes longer has failed. Seconds, default 20.</summary>
    [Id(6)] public int TimeoutSeconds { get; init; } = 20;

    /// <summary>Failures in a row after which the container is killed; 0: never. Default 3.</summary>
    [Id(7)] public int MaxConsecutiveFailures { get; init; } = 3;

    /// <summary>Time before the first check. Seconds, default 15.</summary>
    [Id(8)] public int DelaySeconds { get; init; } = 15;
}
