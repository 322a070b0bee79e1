using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Makes the normalized definition out of what a client wrote: ids made absolute, ports and networks brought into agreement, every default filled in.</summary>
internal static class AppBuilder
{
    /// <summary>The label of an app of which two instances must never run.</summary>
    public const string SingleInstanceLabel = "MARATHON_SINGLE_INSTANCE_APP";

    private static readonly PortMapping DefaultMapping = new() { Name = "default", ServicePort = 0 };

    /// <param name="app">The definition, without deprecated fields.</param>
    /// <param name="id">The absolute path.</param>
    /// <param name="context">The surroundings.</param>
    public static AppSpec Build(AppDocument app, string id, AppDefinitionContext context)
    {
        var given = app.Networks ?? default;
        var isHost = AppNetworks.IsHost(given);
        var container = BuildContainer(app, given);
        var resident = HasPersistentVolumes(app.Container);
        var portDefinitions = isHost ? app.PortDefinitions ?? [new PortDefinition { Name = "default" }] : default;
        var labels = app.Labels ?? default;
        return new()
        {
            Id = id,
            Cmd = app.Cmd,
            Args = app.Args is { IsEmpty: false } args ? args : null,
            User = app.User,
            Env = app.Env ?? default,
            Instances = app.Instances ?? 1,
            Cpus = app.Cpus ?? 1,
            Mem = app.Mem ?? 128,
            Disk = app.Disk ?? 0,
            Gpus = app.Gpus ?? 0,
            ResourceLimits = app.ResourceLimits is { Cpus: null, Mem: null } ? null : app.ResourceLimits,
            Executor = app.Executor ?? "",
            ExecutorResources = app.ExecutorResources,
            Fetch = app.Fetch ?? default,
            Constraints = app.Constraints ?? default,
            Container = container,
            Networks = BuildNetworks(given, context),
            PortDefinitions = portDefinitions,
            RequirePorts = isHost && (app.RequirePorts ?? false),
            HealthChecks = BuildHealthChecks(app.HealthChecks ?? default, !portDefinitions.IsEmpty || container is { PortMappings.IsEmpty: false }),
            Check = app.Check,
            ReadinessChecks = app.ReadinessChecks ?? default,
            Dependencies = (app.Dependencies ?? default).Select(path => AppPath.Canonical(path, AppPath.Parent(id))).Distinct(StringComparer.Ordinal).ToValueList(),
            UpgradeStrategy = app.UpgradeStrategy ?? DefaultUpgrade(app.Container, labels),
            Labels = labels,
            AcceptedResourceRoles = app.AcceptedResourceRoles ?? (resident ? default : AppRules.UsableRoles(context.DefaultAcceptedResourceRoles, app.Role ?? context.DefaultRole, context)),
            Role = app.Role ?? context.DefaultRole,
            BackoffSeconds = app.BackoffSeconds ?? 1,
            BackoffFactor = app.BackoffFactor ?? 1.15,
            MaxLaunchDelaySeconds = app.MaxLaunchDelaySeconds ?? 300,
            KillSelection = app.KillSelection ?? KillSelection.YoungestFirst,
            UnreachableStrategy = app.UnreachableDisabled ? null : app.UnreachableStrategy ?? (resident ? null : new UnreachableStrategy()),
            TaskKillGracePeriodSeconds = app.TaskKillGracePeriodSeconds,
            Secrets = app.Secrets ?? default,
            Tty = app.Tty,
            Extension = app.Extension,
        };
    }

    public static bool IsSingleInstance(ValueMap<string> labels) => labels.Find(SingleInstanceLabel) == "true";

    public static bool HasPersistentVolumes(ContainerDocument? container) => container is not null && container.Volumes.Any(v => v.Persistent is not null);

    private static UpgradeStrategy DefaultUpgrade(ContainerDocument? container, ValueMap<string> labels)
    {
        if (IsSingleInstance(labels))
            return new() { MinimumHealthCapacity = 0, MaximumOverCapacity = 0 };
        return container is not null && container.Volumes.Any(v => v.Persistent is not null || v.ExternalJson is not null)
            ? new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 }
            : new();
    }

    private static ValueList<NetworkSpec> BuildNetworks(ValueList<NetworkSpec> given, AppDefinitionContext context) =>
        given.IsEmpty
            ? [new NetworkSpec { Mode = NetworkMode.Host }]
            : given.Select(n => n is { Mode: NetworkMode.Container, Name: null } ? n with { Name = context.DefaultNetworkName } : n).ToValueList();

    private static ContainerSpec? BuildContainer(AppDocument app, ValueList<NetworkSpec> networks)
    {
        var isHost = AppNetworks.IsHost(networks);
        var container = app.Container ?? (isHost ? null : new ContainerDocument { Type = "MESOS" });
        if (container is null)
            return null;
        return new()
        {
            Type = container.Type,
            Docker = container.Docker,
            PortMappings = isHost ? default : BuildMappings(container, app.PortDefinitions ?? default, networks),
            Volumes = container.Volumes,
            LinuxInfoJson = container.Type == "MESOS" ? container.LinuxInfoJson : null,
        };
    }

    /// <summary>At least one mapping unless the client said none, and at least as many as it named ports; on a bridge each has a host port.</summary>
    private static ValueList<PortMapping> BuildMappings(ContainerDocument container, ValueList<PortDefinition> ports, ValueList<NetworkSpec> networks)
    {
        var mappings = (container.PortMappings ?? [DefaultMapping]).ToList();
        while (mappings.Count < ports.Count)
            mappings.Add(new() { ServicePort = 0 });
        if (AppNetworks.Count(networks, NetworkMode.Bridge) > 0)
            mappings = mappings.ConvertAll(m => m.HostPort is null ? m with { HostPort = 0 } : m);
        return mappings.ToValueList();
    }

    /// <summary>A check that names no port means the first one, if the app has ports.</summary>
    private static ValueList<HealthCheckSpec> BuildHealthChecks(ValueList<HealthCheckSpec> checks, bool hasPorts) =>
        hasPorts
            ? checks.Select(c => c is { Port: null, PortIndex: null } && c.Protocol != "COMMAND" ? c with { PortIndex = 0 } : c).ToValueList()
            : checks;
}
