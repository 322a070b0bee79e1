using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Definitions;

/// <summary>An app's definition, or the update of one, as a client wrote it. Null: not said.</summary>
internal sealed record AppDocument
{
    public string? Id { get; init; }

    /// <summary>In an update: go back to this version.</summary>
    public string? Version { get; init; }

    public string? Cmd { get; init; }

    public ValueList<string>? Args { get; init; }

    public string? User { get; init; }

    public ValueMap<EnvValue>? Env { get; init; }

    public int? Instances { get; init; }

    public double? Cpus { get; init; }

    public double? Mem { get; init; }

    public double? Disk { get; init; }

    public int? Gpus { get; init; }

    public AppResourceLimits? ResourceLimits { get; init; }

    public string? Executor { get; init; }

    public ExecutorResources? ExecutorResources { get; init; }

    public ValueList<FetchSpec>? Fetch { get; init; }

    public ValueList<ConstraintSpec>? Constraints { get; init; }

    public ContainerDocument? Container { get; init; }

    public ValueList<NetworkSpec>? Networks { get; init; }

    public ValueList<PortDefinition>? PortDefinitions { get; init; }

    public bool? RequirePorts { get; init; }

    public ValueList<HealthCheckSpec>? HealthChecks { get; init; }

    public HealthCheckSpec? Check { get; init; }

    public ValueList<ReadinessCheckSpec>? ReadinessChecks { get; init; }

    public ValueList<string>? Dependencies { get; init; }

    public UpgradeStrategy? UpgradeStrategy { get; init; }

    public ValueMap<string>? Labels { get; init; }

    public ValueList<string>? AcceptedResourceRoles { get; init; }

    public string? Role { get; init; }

    public double? BackoffSeconds { get; init; }

    public double? BackoffFactor { get; init; }

    public double? MaxLaunchDelaySeconds { get; init; }

    public KillSelection? KillSelection { get; init; }

    /// <summary>Given as "disabled".</summary>
    public bool UnreachableDisabled { get; init; }

    public UnreachableStrategy? UnreachableStrategy { get; init; }

    public double? TaskKillGracePeriodSeconds { get; init; }

    public ValueMap<string>? Secrets { get; init; }

    public bool? Tty { get; init; }

    public AppExtension? Extension { get; init; }

    /// <summary>An update says something of <c>platform</c>, and so of all in it but the canary.</summary>
    public bool SaysPlatform { get; init; }

    /// <summary>An update says something of the canary, if only that there is none.</summary>
    public bool SaysCanary { get; init; }

    /// <summary>An update takes the command away: it is null.</summary>
    public bool ClearsCmd { get; init; }

    /// <summary>An update takes the arguments away: they are null.</summary>
    public bool ClearsArgs { get; init; }

    /// <summary>Deprecated: ports.</summary>
    public ValueList<int>? Ports { get; init; }

    /// <summary>Deprecated: uris.</summary>
    public ValueList<string>? Uris { get; init; }

    /// <summary>Deprecated: ipAddress.</summary>
    public IpAddressDocument? IpAddress { get; init; }

    /// <summary>The names of the members that were given, to tell a rollback from a change.</summary>
    public bool HasOnlyIdAndVersion { get; init; }

    /// <summary>The definition that stands, as its owner could have written it.</summary>
    public static AppDocument From(AppSpec app) => new()
    {
        Id = app.Id,
        Cmd = app.Cmd,
        Args = app.Args,
        User = app.User,
        Env = app.Env,
        Instances = app.Instances,
        Cpus = app.Cpus,
        Mem = app.Mem,
        Disk = app.Disk,
        Gpus = app.Gpus,
        ResourceLimits = app.ResourceLimits,
        Executor = app.Executor,
        ExecutorResources = app.ExecutorResources,
        Fetch = app.Fetch,
        Constraints = app.Constraints,
        Container = app.Container is null ? null : ContainerDocument.From(app.Container, AppNetworks.IsHost(app.Networks)),
        Networks = app.Networks,
        PortDefinitions = AppNetworks.IsHost(app.Networks) ? app.PortDefinitions : null,
        RequirePorts = app.RequirePorts,
        HealthChecks = app.HealthChecks,
        Check = app.Check,
        ReadinessChecks = app.ReadinessChecks,
        Dependencies = app.Dependencies,
        UpgradeStrategy = app.UpgradeStrategy,
        Labels = app.Labels,
        AcceptedResourceRoles = app.AcceptedResourceRoles.IsEmpty ? null : app.AcceptedResourceRoles,
        Role = app.Role,
        BackoffSeconds = app.BackoffSeconds,
        BackoffFactor = app.BackoffFactor,
        MaxLaunchDelaySeconds = app.MaxLaunchDelaySeconds,
        KillSelection = app.KillSelection,
        UnreachableDisabled = app.UnreachableStrategy is null,
        UnreachableStrategy = app.UnreachableStrategy,
        TaskKillGracePeriodSeconds = app.TaskKillGracePeriodSeconds,
        Secrets = app.Secrets,
        Tty = app.Tty,
        Extension = app.Extension,
    };

    /// <summary>This definition with what the update says.</summary>
    public AppDocument With(AppDocument update) => this with
    {
        Cmd = update.Cmd ?? (update.ClearsCmd ? null : Cmd),
        Args = update.Args ?? (update.ClearsArgs ? null : Args),
        User = update.User ?? User,
        Env = update.Env ?? Env,
        Instances = update.Instances ?? Instances,
        Cpus = update.Cpus ?? Cpus,
        Mem = update.Mem ?? Mem,
        Disk = update.Disk ?? Disk,
        Gpus = update.Gpus ?? Gpus,
        ResourceLimits = update.ResourceLimits ?? ResourceLimits,
        Executor = update.Executor ?? Executor,
        ExecutorResources = update.ExecutorResources ?? ExecutorResources,
        Fetch = update.Fetch ?? Fetch,
        Constraints = update.Constraints ?? Constraints,
        Container = update.Container ?? Container,
        Networks = update.Networks ?? Networks,
        PortDefinitions = update.PortDefinitions ?? PortDefinitions,
        RequirePorts = update.RequirePorts ?? RequirePorts,
        HealthChecks = update.HealthChecks ?? HealthChecks,
        Check = update.Check ?? Check,
        ReadinessChecks = update.ReadinessChecks ?? ReadinessChecks,
        Dependencies = update.Dependencies ?? Dependencies,
        UpgradeStrategy = update.UpgradeStrategy ?? UpgradeStrategy,
        Labels = update.Labels ?? Labels,
        AcceptedResourceRoles = update.AcceptedResourceRoles ?? AcceptedResourceRoles,
        Role = update.Role ?? Role,
        BackoffSeconds = update.BackoffSeconds ?? BackoffSeconds,
        BackoffFactor = update.BackoffFactor ?? BackoffFactor,
        MaxLaunchDelaySeconds = update.MaxLaunchDelaySeconds ?? MaxLaunchDelaySeconds,
        KillSelection = update.KillSelection ?? KillSelection,
        UnreachableDisabled = update.UnreachableDisabled || UnreachableDisabled && update.UnreachableStrategy is null,
        UnreachableStrategy = update.UnreachableDisabled ? null : update.UnreachableStrategy ?? UnreachableStrategy,
        TaskKillGracePeriodSeconds = update.TaskKillGracePeriodSeconds ?? TaskKillGracePeriodSeconds,
        Secrets = update.Secrets ?? Secrets,
        Tty = update.Tty ?? Tty,
        Extension = ExtensionWith(update),
    };

    // Clients that know nothing of a canary write the rest of an upgrade strategy back without it, and must not lose it.
    private AppExtension? ExtensionWith(AppDocument update)
    {
        var platform = (update.SaysPlatform ? update.Extension : Extension) ?? new();
        var merged = platform with { Canary = (update.SaysCanary ? update.Extension : Extension)?.Canary };
        return merged == new AppExtension() ? null : merged;
    }
}
