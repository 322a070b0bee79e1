namespace Platform.Dashboard.Components;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Look">Its class: <c>line-a</c>, <c>line-b</c> or <c>line-c</c>.</param>
/// <param name="Values">A value for each instant.</param>
public sealed record ChartLine(string Name, string Look, IReadOnlyList<double> Values);
