namespace Platform.Core.Apps;

/// <summary>A metric and the value that each instance shall have on average.</summary>
[GenerateSerializer, Immutable]
public sealed record AutoscalingTarget
{
    /// <summary>cpu (share of the request, 0 to 1), mem (share of the request), requests (per second), or the name of a metric that instances expose as Prometheus text.</summary>
    [Id(0)] public string Metric { get; init; } = "cpu";

    /// <summary>The value per instance.</summary>
    [Id(1)] public double Value { get; init; }

    /// <summary>Where instances expose it. Default /metrics.</summary>
    [Id(2)] public string Path { get; init; } = "/metrics";

    /// <summary>The index of the port where instances expose it. Default 0.</summary>
    [Id(3)] public int PortIndex { get; init; }
}
