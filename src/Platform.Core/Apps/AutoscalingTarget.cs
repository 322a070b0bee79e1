using System.Text.Json.Serialization;

namespace Platform.Core.Apps;

/// <summary>A metric and the value that each instance shall have on average.</summary>
[GenerateSerializer, Immutable, Alias("Platform.AutoscalingTarget")]
public sealed record AutoscalingTarget
{
    /// <summary>cpu or mem (shares of the request, 1 is all of it), requests (per second), or the name of a metric that instances expose as Prometheus text. Of a counter its increase per second counts.</summary>
    [Id(0)] public string Metric { get; init; } = "cpu";

    /// <summary>The value per instance.</summary>
    [Id(1)] public double Value { get; init; }

    /// <summary>Where instances expose it. Default /metrics.</summary>
    [Id(2)] public string Path { get; init; } = "/metrics";

    /// <summary>The index of the port where instances expose it. Default 0.</summary>
    [Id(3)] public int PortIndex { get; init; }

    /// <summary>The app whose instances are measured, such as a queue or a proxy before this one; null: this one. It tells the load even while this app has no instances.</summary>
    [Id(4)] public string? App { get; init; }

    /// <summary>Agents measure it, and the task needs to expose nothing.</summary>
    [JsonIgnore]
    public bool IsMeasuredByAgent => Metric is "cpu" or "mem";

    /// <summary>What people and samples call it.</summary>
    [JsonIgnore]
    public string Name => App is null ? Metric : $"{Metric} of {App}";
}
