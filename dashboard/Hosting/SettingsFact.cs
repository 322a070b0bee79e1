namespace Platform.Dashboard.Hosting;

/// <summary>One thing that a control plane was started with, for its operators.</summary>
/// <param name="Group">What it is about.</param>
/// <param name="Name">What it is.</param>
/// <param name="Value">How it is; never anything secret.</param>
public sealed record SettingsFact(string Group, string Name, string Value);

/// <summary>What the process that shows the dashboard was started with.</summary>
/// <param name="Facts">All of it, in the order in which it is shown.</param>
public sealed record SettingsFacts(IReadOnlyList<SettingsFact> Facts);
