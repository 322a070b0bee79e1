namespace Platform.Core.Apps;

/// <summary>What was measured of one metric over all instances.</summary>
/// <param name="Metric">The metric, the <see cref="AutoscalingTarget.Name"/> of its target.</param>
/// <param name="Total">The sum over the instances that were measured.</param>
/// <param name="Measured">How many instances were measured.</param>
public sealed record AutoscalingSample(string Metric, double Total, int Measured);
