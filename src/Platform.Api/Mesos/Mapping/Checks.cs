using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Health checks and checks of tasks that schedulers launch.</summary>
internal static class Checks
{
    public static ValueList<CheckSpec> Of(Wire.TaskInfo task)
    {
        var checks = new List<CheckSpec>();
        if (task.HealthCheck is { } health)
        {
            checks.Add(new()
            {
                Purpose = CheckPurpose.Health,
                Kind = health.Http is { } http ? http.Scheme == "https" ? CheckKind.Https : CheckKind.Http : health.Tcp is not null ? CheckKind.Tcp : CheckKind.Command,
                Port = (int)(health.Http?.Port ?? health.Tcp?.Port ?? 0),
                Path = health.Http is { HasPath: true } path ? path.Path : "/",
                Command = health.Command is { } command ? Command(command) : null,
                GracePeriodSeconds = health.GracePeriodSeconds,
                IntervalSeconds = health.IntervalSeconds,
                TimeoutSeconds = health.TimeoutSeconds,
                DelaySeconds = health.DelaySeconds,
                MaxConsecutiveFailures = (int)health.ConsecutiveFailures,
                Ipv6 = health.Http?.Protocol == Wire.NetworkInfo.Types.Protocol.Ipv6 || health.Tcp?.Protocol == Wire.NetworkInfo.Types.Protocol.Ipv6,
            });
        }
        if (task.Check is { } check)
        {
            checks.Add(new()
            {
                Purpose = CheckPurpose.Report,
                Kind = check.Http is not null ? CheckKind.Http : check.Tcp is not null ? CheckKind.Tcp : CheckKind.Command,
                Port = (int)(check.Http?.Port ?? check.Tcp?.Port ?? 0),
                Path = check.Http is { HasPath: true } path ? path.Path : "/",
                Command = check.Command?.Command_ is { } command ? Command(command) : null,
                GracePeriodSeconds = 0,
                IntervalSeconds = check.IntervalSeconds,
                TimeoutSeconds = check.TimeoutSeconds,
                DelaySeconds = check.DelaySeconds,
                MaxConsecutiveFailures = 0,
            });
        }
        return checks.ToValueList();
    }

    public static string? ProblemOf(Wire.TaskInfo task)
    {
        if (task.HealthCheck is { } health)
        {
            var problem = health.Type switch
            {
                Wire.HealthCheck.Types.Type.Command when health.Command is null => "Expecting 'command' to be set for COMMAND health check",
                Wire.HealthCheck.Types.Type.Http when health.Http is null => "Expecting 'http' to be set for HTTP health check",
                Wire.HealthCheck.Types.Type.Tcp when health.Tcp is null => "Expecting 'tcp' to be set for TCP health check",
                Wire.HealthCheck.Types.Type.Unknown when health.Command is null && health.Http is null && health.Tcp is null => "HealthCheck must specify 'type'",
                _ => health.Http is { HasScheme: true, Scheme: not ("http" or "https") } http ? $"Unsupported HTTP health check scheme: '{http.Scheme}'"
                    : health.Http is { HasPath: true } path && !path.Path.StartsWith('/') ? $"The path '{path.Path}' of HTTP health check must start with '/'"
                    : Negative(health.DelaySeconds, "delay_seconds") ?? Negative(health.GracePeriodSeconds, "grace_period_seconds")
                        ?? Negative(health.IntervalSeconds, "interval_seconds") ?? Negative(health.TimeoutSeconds, "timeout_seconds"),
            };
            if (problem is not null)
                return $"Task uses invalid health check: {problem}";
        }
        if (task.Check is { } check)
        {
            var problem = check.Type switch
            {
                Wire.CheckInfo.Types.Type.Command when check.Command is null => "Expecting 'command' to be set for COMMAND check",
                Wire.CheckInfo.Types.Type.Http when check.Http is null => "Expecting 'http' to be set for HTTP check",
                Wire.CheckInfo.Types.Type.Tcp when check.Tcp is null => "Expecting 'tcp' to be set for TCP check",
                Wire.CheckInfo.Types.Type.Unknown => "CheckInfo must specify 'type'",
                _ => Negative(check.DelaySeconds, "delay_seconds") ?? Negative(check.IntervalSeconds, "interval_seconds") ?? Negative(check.TimeoutSeconds, "timeout_seconds"),
            };
            if (problem is not null)
                return $"Task uses invalid check: {problem}";
        }
        return null;
    }

    private static string? Negative(double seconds, string name) => seconds >= 0 ? null : $"Expecting '{name}' to be non-negative";

    private static CommandSpec Command(Wire.CommandInfo command) => command.Shell
        ? new() { Shell = command.Value }
        : new() { Argv = [command.Value, .. command.Arguments.Skip(1)] };
}
