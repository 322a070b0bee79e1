using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>Reads a pod's definition from JSON and fills in every default. Members that Marathon does not know are passed over, as Marathon did.</summary>
internal static class PodReader
{
    /// <param name="pod">What a client wrote.</param>
    /// <param name="id">The absolute path.</param>
    /// <param name="context">The surroundings.</param>
    public static AppSpec Read(JsonObjectReader pod, string id, AppDefinitionContext context)
    {
        AppReader.ReadVersion(pod);
        pod.Require("containers");
        var networks = ReadNetworks(pod, context);
        var containers = pod.List("containers", PodContainerReader.Read) ?? default;
        var scheduling = pod.Object("scheduling");
        var upgrade = scheduling?.Object("upgrade");
        var backoff = scheduling?.Object("backoff");
        var placement = scheduling?.Object("placement");
        var volumes = pod.List("volumes", PodVolumeReader.Read) ?? default;
        var resident = volumes.Any(volume => volume.Persistent is not null);
        var (disabled, unreachable) = scheduling is { } policy ? AppReader.ReadUnreachable(policy) : default;
        return PodSpec.WithTotals(new()
        {
            Id = id,
            User = pod.Text("user", 1),
            Env = pod.Map("environment", AppReader.ReadEnvValue) ?? default,
            Instances = ReadInstances(pod),
            ExecutorResources = AppReader.ReadExecutor(pod) ?? new() { Cpus = 0.1, Mem = 32, Disk = 10 },
            Constraints = placement?.List("constraints", PlacementReader.ReadPodConstraint, unique: true) ?? default,
            AcceptedResourceRoles = placement?.Texts("acceptedResourceRoles", unique: true)
                ?? (resident ? default : AppRules.UsableRoles(context.DefaultAcceptedResourceRoles, pod.Text("role", 1) ?? context.DefaultRole, context)),
            Networks = networks,
            UpgradeStrategy = upgrade is { } strategy
                ? new()
                {
                    MinimumHealthCapacity = strategy.Number("minimumHealthCapacity", 0, 1) ?? 1,
                    MaximumOverCapacity = strategy.Number("maximumOverCapacity", 0, 1) ?? 1,
                }
                : resident ? new() { MinimumHealthCapacity = 0.5, MaximumOverCapacity = 0 } : new(),
            Labels = pod.TextMap("labels") ?? default,
            Role = pod.Text("role", 1) ?? context.DefaultRole,
            BackoffSeconds = backoff?.Number("backoff", 0, Bounds.Seconds) ?? 1,
            BackoffFactor = backoff?.Number("backoffFactor", 0, Bounds.Factor) ?? 1.15,
            MaxLaunchDelaySeconds = backoff?.Number("maxLaunchDelay", 0, Bounds.Seconds) ?? 300,
            KillSelection = scheduling is { } s ? AppReader.ReadKillSelection(s) ?? default : default,
            UnreachableStrategy = disabled ? null : unreachable ?? (resident ? null : new UnreachableStrategy()),
            Secrets = pod.Map("secrets", AppReader.ReadSecret) ?? default,
            Extension = ExtensionReader.Read(pod, upgrade),
            Pod = new()
            {
                Containers = WithHostPorts(containers, networks),
                Volumes = volumes,
                LinuxInfoJson = pod.Object("linuxInfo") is { } linux ? ReadLinuxInfo(linux) : null,
                LegacySharedCgroups = pod.Flag("legacySharedCgroups") ?? false,
            },
        });
    }

    private static int ReadInstances(JsonObjectReader pod)
    {
        if (pod.Object("scaling") is not { } scaling)
            return 1;
        scaling.Require("kind");
        scaling.Choice("kind", "fixed");
        return scaling.Integer("instances", 0, Bounds.Instances) ?? 1;
    }

    private static ValueList<NetworkSpec> ReadNetworks(JsonObjectReader pod, AppDefinitionContext context) =>
        (pod.List("networks", NetworkReader.ReadNetwork) ?? default)
            .Select(network => network is { Mode: NetworkMode.Container, Name: null } ? network with { Name = context.DefaultNetworkName } : network).ToValueList();

    /// <summary>On a container network an endpoint need not be reachable from outside; elsewhere each has a host port.</summary>
    private static ValueList<PodContainerSpec> WithHostPorts(ValueList<PodContainerSpec> containers, ValueList<NetworkSpec> networks) =>
        AppNetworks.Count(networks, NetworkMode.Container) > 0
            ? containers
            : containers.Select(container => container with
            {
                Endpoints = container.Endpoints.Select(endpoint => endpoint.HostPort is null ? endpoint with { HostPort = 0 } : endpoint).ToValueList(),
            }).ToValueList();

    private static string ReadLinuxInfo(JsonObjectReader linux)
    {
        if (linux.Has("seccomp"))
            linux.Rule("seccomp", "Seccomp configuration on executor level is not supported");
        return ContainerReader.ReadLinuxInfo(linux);
    }
}
