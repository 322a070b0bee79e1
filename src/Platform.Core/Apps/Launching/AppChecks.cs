using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Core.Apps;

/// <summary>Makes an app's checks into those of one task, with ports resolved to numbers on the agent.</summary>
internal static class AppChecks
{
    public static ValueList<CheckSpec> Build(AppSpec spec, ValueList<PortSpec> ports)
    {
        if (spec.HealthChecks.IsEmpty && spec.ReadinessChecks.IsEmpty && spec.Check is null)
            return default;
        var checks = new List<CheckSpec>();
        foreach (var health in spec.HealthChecks)
            checks.Add(Of(health, CheckPurpose.Health, ports));
        if (spec.Check is { } check)
            checks.Add(Of(check, CheckPurpose.Report, ports));
        foreach (var readiness in spec.ReadinessChecks)
            checks.Add(Of(readiness, ports));
        return checks.ToValueList();
    }

    private static CheckSpec Of(HealthCheckSpec check, CheckPurpose purpose, ValueList<PortSpec> ports)
    {
        var kind = check.Protocol switch
        {
            "HTTPS" or "MESOS_HTTPS" => CheckKind.Https,
            "TCP" or "MESOS_TCP" => CheckKind.Tcp,
            "COMMAND" => CheckKind.Command,
            _ => CheckKind.Http,
        };
        var ofMesos = kind == CheckKind.Command || check.Protocol.StartsWith("MESOS_", StringComparison.Ordinal);
        return new()
        {
            Purpose = purpose,
            Kind = kind,
            Port = kind == CheckKind.Command ? 0 : check.Port ?? PortAt(ports, check.PortIndex ?? 0),
            Path = check.Path ?? "/",
            Command = kind == CheckKind.Command ? new() { Shell = check.Argv.IsEmpty ? check.Command : null, Argv = check.Argv } : null,
            GracePeriodSeconds = check.GracePeriodSeconds,
            IntervalSeconds = check.IntervalSeconds,
            TimeoutSeconds = check.TimeoutSeconds,
            MaxConsecutiveFailures = purpose == CheckPurpose.Health ? check.MaxConsecutiveFailures : 0,
            DelaySeconds = ofMesos ? check.DelaySeconds : 0,
            IgnoreHttp1xx = check.IgnoreHttp1xx ?? false,
            Ipv6 = check.IpProtocol == "IPv6",
        };
    }

    private static CheckSpec Of(ReadinessCheckSpec check, ValueList<PortSpec> ports)
    {
        var index = 0;
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == check.PortName)
                index = i;
        }
        return new()
        {
            Purpose = CheckPurpose.Readiness,
            Kind = check.Protocol == "HTTPS" ? CheckKind.Https : CheckKind.Http,
            Name = check.Name,
            Port = PortAt(ports, index),
            Path = check.Path,
            GracePeriodSeconds = 0,
            IntervalSeconds = check.IntervalSeconds,
            TimeoutSeconds = check.TimeoutSeconds,
            MaxConsecutiveFailures = 0,
            ReadyStatusCodes = check.HttpStatusCodesForReady,
            PreserveLastResponse = check.PreserveLastResponse,
        };
    }

    // A container port that is not published is looked at inside.
    private static int PortAt(ValueList<PortSpec> ports, int index)
    {
        if (index < 0 || index >= ports.Count)
            return 0;
        return ports[index].HostPort > 0 ? ports[index].HostPort : ports[index].ContainerPort ?? 0;
    }
}
