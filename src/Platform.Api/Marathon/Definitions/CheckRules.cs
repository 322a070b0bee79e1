using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Marathon's rules for health checks, checks and readiness checks, with its messages.</summary>
internal static class CheckRules
{
    public static void Check(AppSpec app, string path, JsonProblems problems)
    {
        var ports = ServicePorts.Of(app).Count;
        for (var i = 0; i < app.HealthChecks.Count; i++)
            CheckHealth(app.HealthChecks[i], $"{path}/healthChecks({i})", app, ports, problems);
        if (app.HealthChecks.Count(c => c.Protocol.StartsWith("MESOS_", StringComparison.Ordinal)) > 1)
            problems.Rule(path, "AppDefinition can contain at most one Mesos health check");
        if (app.Check is { } check && check.Protocol != "COMMAND" && !AddressesPort(check, ports))
            problems.Rule(path + "/check", "check port index must address an element of the ports array or container port mappings.");
        CheckReadiness(app, path, problems);
    }

    private static void CheckHealth(HealthCheckSpec check, string at, AppSpec app, int ports, JsonProblems problems)
    {
        if (check.Protocol is "HTTP" or "HTTPS" or "TCP" && !AddressesPort(check, ports))
            problems.Rule(at, "Health check port indices must address an element of the ports array or container port mappings.");
        var mesos = check.Protocol is "MESOS_HTTP" or "MESOS_HTTPS" or "MESOS_TCP";
        if (check.IpProtocol != "IPv4" && !(mesos && app.Container?.Type == "DOCKER"))
            problems.Rule(at, "IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks");
    }

    private static bool AddressesPort(HealthCheckSpec check, int ports) =>
        check.PortIndex is { } index ? index < ports : check.Port is not null || ports == 1;

    private static void CheckReadiness(AppSpec app, string path, JsonProblems problems)
    {
        if (app.ReadinessChecks.Count > 1)
            problems.Rule(path + "/readinessChecks", $"has size {app.ReadinessChecks.Count}, expected 1 or less");
        var names = app.Container is { PortMappings.IsEmpty: false } container
            ? container.PortMappings.Select(m => m.Name)
            : app.PortDefinitions.Select(p => p.Name);
        for (var i = 0; i < app.ReadinessChecks.Count; i++)
        {
            var check = app.ReadinessChecks[i];
            var at = $"{path}/readinessChecks({i})";
            if (!names.Contains(check.PortName))
                problems.Rule(at + "/portName", $"No port definition reference for portName {check.PortName}");
            if (check.TimeoutSeconds >= check.IntervalSeconds)
                problems.Rule(at + "/timeoutSeconds", $"got {check.TimeoutSeconds}, expected less than {check.IntervalSeconds}");
        }
    }
}
