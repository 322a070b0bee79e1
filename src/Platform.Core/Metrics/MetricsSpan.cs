namespace Platform.Core.Metrics;

/// <summary>How far back, and how closely.</summary>
[GenerateSerializer, Alias("Platform.MetricsSpan")]
public enum MetricsSpan
{
    /// <summary>An hour, a point for each 10 s.</summary>
    Hour,

    /// <summary>A day, a point for each minute.</summary>
    Day,

    /// <summary>30 days, a point for each 10 minutes.</summary>
    Month,
}
