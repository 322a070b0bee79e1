using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>A check that must succeed once before a rollout counts an instance.</summary>
[GenerateSerializer, Immutable, Alias("Platform.ReadinessCheckSpec")]
public sealed record ReadinessCheckSpec
{
    /// <summary>The name. Default readinessCheck.</summary>
    [Id(0)] public string Name { get; init; } = "readinessCheck";

    /// <summary>HTTP or HTTPS. Default HTTP.</summary>
    [Id(1)] public string Protocol { get; init; } = "HTTP";

    /// <summary>The path. Default "/".</summary>
    [Id(2)] public string Path { get; init; } = "/";

    /// <summary>The name of the port. Default http-api.</summary>
    [Id(3)] public string PortName { get; init; } = "http-api";

    /// <summary>Time between two checks. Seconds, default 30.</summary>
    [Id(4)] public int IntervalSeconds { get; init; } = 30;

    /// <summary>A check that takes longer has failed. Seconds, default 10.</summary>
    [Id(5)] public int TimeoutSeconds { get; init; } = 10;

    /// <summary>The answers that mean ready; empty: 200.</summary>
    [Id(6)] public ValueList<int> HttpStatusCodesForReady { get; init; }

    /// <summary>Keep the last answer. Default false.</summary>
    [Id(7)] public bool PreserveLastResponse { get; init; }
}
