namespace Platform.Core.Apps;

/// <summary>What an instance exposes of one metric.</summary>
/// <param name="Total">The sum over all its series.</param>
/// <param name="IsCounter">It only grows: its increase per second is the load, not its value.</param>
public sealed record PrometheusSum(double Total, bool IsCounter);
