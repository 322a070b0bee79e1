using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Pods;

/// <summary>Marathon's rules for one container of a pod, with its paths and messages.</summary>
internal static class PodContainerRules
{
    public static void Check(PodContainerSpec container, AppSpec app, string at, JsonProblems problems)
    {
        AppRules.CheckLimit(container.ResourceLimits?.Cpus, container.Cpus, at + "/resourceLimits/cpus", problems);
        AppRules.CheckLimit(container.ResourceLimits?.Mem, container.Mem, at + "/resourceLimits/mem", problems);
        if (app.Pod!.LegacySharedCgroups && container.ResourceLimits is not null)
            problems.Rule(at + "/resourceLimits", "resourceLimits cannot be defined if legacySharedCgroups is enabled");
        for (var i = 0; i < container.Endpoints.Count; i++)
            CheckEndpoint(container.Endpoints[i], app, $"{at}/endpoints({i})", problems);
        if (container.Image?.PullConfigSecret is { } secret && !app.Secrets.ContainsKey(secret))
            problems.Rule(at + "/image/pullConfig", "pullConfig.secret must refer to an existing secret");
        PodRules.CheckEnvironment(app, container.Env, at + "/environment", problems);
        if (container.HealthCheck is { } health)
        {
            CheckEndpointOf(health, container, at + "/healthCheck", problems);
            if (health.TimeoutSeconds >= health.IntervalSeconds)
                problems.Rule(at + "/healthCheck/timeoutSeconds", $"got {health.TimeoutSeconds}, expected less than {health.IntervalSeconds}");
        }
        if (container.Check is { } check)
            CheckEndpointOf(check, container, at + "/check", problems);
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var name = container.VolumeMounts[i].Name;
            if (name.Length > 0 && !app.Pod.Volumes.Any(volume => volume.Name == name))
                problems.Rule($"{at}/volumeMounts({i})/name", "Referenced Volume in VolumeMount should exist");
        }
    }

    private static void CheckEndpoint(PodEndpointSpec endpoint, AppSpec app, string at, JsonProblems problems)
    {
        var names = app.Networks.Where(network => network.Name is not null).Select(network => network.Name!).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < endpoint.NetworkNames.Count; i++)
        {
            if (!names.Contains(endpoint.NetworkNames[i]))
                problems.Rule($"{at}/networkNames({i})", $"is not one of ({string.Join(",", names)})");
        }
        var containers = AppNetworks.Count(app.Networks, NetworkMode.Container);
        if (endpoint.ContainerPort is not null && AppNetworks.Count(app.Networks, NetworkMode.Host) > 0)
            problems.Rule(at + "/containerPort", "is not allowed when using host-mode networking");
        if (endpoint.ContainerPort is null && containers > 0)
            problems.Rule(at + "/containerPort", "is required when using container-mode networking");
        if (PortRules.HasDuplicates(endpoint.Protocols))
            problems.Rule(at + "/protocol", "Duplicate protocols within the same endpoint are not allowed");
        if (containers > 1 && endpoint.HostPort is not null && endpoint.NetworkNames.Count != 1)
            problems.Rule(at, "networkNames must be a single item list when hostPort is specified and more than 1 container network is defined");
    }

    private static void CheckEndpointOf(PodCheckSpec check, PodContainerSpec container, string at, JsonProblems problems)
    {
        if (check.Endpoint is { Length: > 0 } name && !container.Endpoints.Any(endpoint => endpoint.Name == name))
            problems.Rule($"{at}/{(check.Kind == CheckKind.Tcp ? "tcp" : "http")}/endpoint", "contained in the container endpoints");
    }
}
