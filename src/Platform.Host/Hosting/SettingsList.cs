using System.Reflection;
using Microsoft.Extensions.Options;
using Platform.Api.Security.Oidc;
using Platform.Core.Events;
using Platform.Dashboard.Hosting;
using Platform.Grains.Startup;

namespace Platform.Host.Hosting;

/// <summary>What a process was started with, as its dashboard shows it. Nothing secret is in it.</summary>
internal static class SettingsList
{
    private static string Version => typeof(SettingsList).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Of a control plane.</summary>
    internal static IReadOnlyList<SettingsFact> Of(IServiceProvider services, ControlPlaneSettings settings)
    {
        var grains = services.GetRequiredService<IOptions<PlatformGrainsOptions>>().Value;
        return
        [
            .. OfProcess(),
            new("This process", "Listens on", settings.Listen.ToString()),
            new("This process", "Data", settings.DataDirectory),
            new("This process", "Login", LoginOf(settings.RequiresLogin, settings.Oidc)),
            new("This process", "Telemetry", settings.Collector is { } collector ? $"to {collector.Host}" : "to nobody"),
            new("Networking", "DNS", DnsSettings.Describe(services)),
            new("Networking", "Names end with", settings.Dns.Names.Domain),
            new("Networking", "Ingress", IngressSettings.Describe(services)),
            new("Agents", "Sign of life every", Seconds(grains.Agents.HeartbeatInterval)),
            new("Agents", "Unreachable after", Seconds(grains.Agents.UnreachableAfter)),
            new("Deployments", "At the same time", $"{grains.Groups.MaxRunningDeployments}"),
            new("Deployments", "Load of apps with autoscaling is measured every", Seconds(grains.Apps.AutoscalingInterval)),
            new("Events", "Kept", KeptOf(grains.Events.Keep)),
            new("Secrets", "Sealed with", grains.Secrets.KeyFile is { } file ? $"the key of {file}" : "nothing: none can be stored"),
            new("Jobs", "Mail", grains.Jobs.SmtpUrl is { } mail ? $"through {mail.Host}, from {grains.Jobs.SmtpFrom}" : "not sent"),
        ];
    }

    private static string KeptOf(EventRetention keep) => FormattableString.Invariant(
        $"{keep.For.TotalHours:0.##} h, at most {keep.Bytes / 1_048_576d:0} MiB{(keep.Count == long.MaxValue ? "" : $" and {keep.Count} events")}");

    /// <summary>Of a dashboard that is a process of its own.</summary>
    internal static IReadOnlyList<SettingsFact> OfDashboard(DashboardSettings settings) =>
    [
        .. OfProcess(),
        new("This process", "Listens on", settings.Listen.ToString()),
        new("This process", "Login", LoginOf(settings.RequiresLogin, settings.Oidc)),
        new("This process", "Cluster", settings.Cluster),
    ];

    private static IEnumerable<SettingsFact> OfProcess() =>
    [
        new("This process", "Version", Version),
        new("This process", "Runtime", $"{System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}"),
        new("This process", "Process", $"{Environment.ProcessId} on {Environment.MachineName}"),
    ];

    private static string LoginOf(bool isRequired, OidcSettings? provider) => !isRequired ? "not needed" : provider is null ? "needed" : $"needed; also at {provider.Title ?? new Uri(provider.Issuer).Host}";

    private static string Seconds(TimeSpan span) => $"{span.TotalSeconds:0.###} s";
}
