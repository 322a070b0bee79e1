using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Metrics;

namespace Platform.Contracts.Metrics;

/// <summary>The cluster's numbers over time: 10 s for an hour, a minute for a day, 10 minutes for 30 days. Key 0.</summary>
[Alias("platform.metrics")]
public interface IMetricsGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>The points of a span, oldest first; times in which nothing was measured are left out.</summary>
    [AlwaysInterleave, Alias("read")]
    Task<ValueList<MetricsPoint>> ReadAsync(MetricsSpan span);
}
