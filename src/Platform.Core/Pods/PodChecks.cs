using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Pods;

/// <summary>Makes a container's checks into those of its task, with endpoints resolved to ports.</summary>
internal static class PodChecks
{
    /// <param name="container">The container.</param>
    /// <param name="ports">Its ports in the order of its endpoints.</param>
    /// <param name="isHost">In host mode checks use the host port, else the container port.</param>
    public static ValueList<CheckSpec> Build(PodContainerSpec container, ValueList<PortSpec> ports, bool isHost)
    {
        var checks = new List<CheckSpec>(2);
        if (container.HealthCheck is { } health)
            checks.Add(Of(health, CheckPurpose.Health, ports, isHost));
        if (container.Check is { } check)
            checks.Add(Of(check, CheckPurpose.Report, ports, isHost));
        return checks.ToValueList();
    }

    private static CheckSpec Of(PodCheckSpec check, CheckPurpose purpose, ValueList<PortSpec> ports, bool isHost) => new()
    {
        Purpose = purpose,
        Kind = check.Kind,
        Port = check.Kind == CheckKind.Command ? 0 : PortOf(check.Endpoint, ports, isHost),
        Path = check.Path ?? "/",
        Command = check.Command,
        GracePeriodSeconds = check.GracePeriodSeconds,
        IntervalSeconds = check.IntervalSeconds,
        TimeoutSeconds = check.TimeoutSeconds,
        MaxConsecutiveFailures = purpose == CheckPurpose.Health ? check.MaxConsecutiveFailures : 0,
        DelaySeconds = check.DelaySeconds,
    };

    private static int PortOf(string? endpoint, ValueList<PortSpec> ports, bool isHost)
    {
        foreach (var port in ports)
        {
            if (port.Name == endpoint)
                return isHost ? port.HostPort : port.ContainerPort ?? port.HostPort;
        }
        return 0;
    }
}
