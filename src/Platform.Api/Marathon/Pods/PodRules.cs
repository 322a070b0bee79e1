using System.Text.RegularExpressions;
using Platform.Api.Http;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Pods;

namespace Platform.Api.Marathon.Pods;

/// <summary>Marathon's rules for a normalized pod (PodsValidation), with its paths and messages. Every broken one is told.</summary>
internal static partial class PodRules
{
    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]{0,253}$")]
    private static partial Regex VariableName { get; }

    public static void Check(AppSpec app, string path, AppDefinitionContext context, JsonProblems problems)
    {
        var pod = app.Pod!;
        PathRules.CheckApp(app.Id, path + "/id", problems);
        CheckEnvironment(app, app.Env, path + "/environment", problems);
        if (app.Secrets.ContainsKey(""))
            problems.Rule(path + "/secrets", "must not be empty");
        PortRules.CheckNetworks(app.Networks, path + "/networks", problems);
        CheckContainers(app, pod, path, problems);
        CheckVolumes(app, pod, path + "/volumes", problems);
        CheckPorts(pod, path, problems);
        CheckScheduling(app, path, problems);
        CheckRoles(app, path, context, problems);
        ContradictionRules.Check(app, path, problems);
        ExtensionRules.Check(app, path, problems);
    }

    /// <summary>It has persistent volumes, so that its instances are bound to their agents.</summary>
    public static bool IsResident(AppSpec app) => app.Pod!.Volumes.Any(volume => volume.Persistent is not null);

    public static void CheckEnvironment(AppSpec app, Core.Collections.ValueMap<EnvValue> variables, string at, JsonProblems problems)
    {
        foreach (var (name, value) in variables)
        {
            if (!VariableName.IsMatch(name))
                problems.Rule($"{at}/{name}", "must contain only alphanumeric chars or underscore, must not begin with a number, and must be 254 chars or less");
            if (value.Secret is { } secret && !app.Secrets.ContainsKey(secret))
                problems.Rule($"{at}/{name}/secret", "references an undefined secret");
        }
    }

    private static void CheckContainers(AppSpec app, PodSpec pod, string path, JsonProblems problems)
    {
        // What is missing or no list was told of when it was read.
        if (pod.Containers.IsEmpty && problems.Items.All(problem => problem.Path != path + "/containers"))
            problems.Rule(path + "/containers", "must not be empty");
        for (var i = 0; i < pod.Containers.Count; i++)
            PodContainerRules.Check(pod.Containers[i], app, $"{path}/containers({i})", problems);
        if (PortRules.HasDuplicates(pod.Containers.Where(container => container.Name.Length > 0).Select(container => container.Name)))
            problems.Rule(path + "/containers", "container names must be unique");
        if (!pod.Containers.IsEmpty && pod.Containers.All(container => container.Role != PodContainerRole.Main))
            problems.Rule(path + "/containers", "at least one container must have the role main");
    }

    private static void CheckVolumes(AppSpec app, PodSpec pod, string at, JsonProblems problems)
    {
        for (var i = 0; i < pod.Volumes.Count; i++)
        {
            var volume = pod.Volumes[i];
            if (volume.Name.Length > 0 && !pod.Containers.Any(container => container.VolumeMounts.Any(mount => mount.Name == volume.Name)))
                problems.Rule($"{at}({i})", "volume must be referenced by at least one container");
            if (volume.Secret is { } secret && !app.Secrets.ContainsKey(secret))
                problems.Rule($"{at}({i})/secret", "volume.secret must refer to an existing secret");
        }
        if (PortRules.HasDuplicates(pod.Volumes.Where(volume => volume.Name.Length > 0).Select(volume => volume.Name)))
            problems.Rule(at, "volume names must be unique");
    }

    private static void CheckPorts(PodSpec pod, string path, JsonProblems problems)
    {
        var endpoints = AppPorts.Endpoints(pod).ToList();
        // The word is Marathon's.
        if (PortRules.HasDuplicates(endpoints.Where(endpoint => endpoint.Name.Length > 0).Select(endpoint => endpoint.Name)))
            problems.Rule(path, "endpoint names nust be unique across all containers");
        if (PortRules.HasDuplicates(endpoints.Where(endpoint => endpoint.ContainerPort > 0).Select(endpoint => endpoint.ContainerPort)))
            problems.Rule(path, "container ports must be unique across all containers");
        if (PortRules.HasDuplicates(endpoints.Where(endpoint => endpoint.HostPort > 0).Select(endpoint => endpoint.HostPort)))
            problems.Rule(path, "host ports must be unique across all containers");
    }

    private static void CheckScheduling(AppSpec app, string path, JsonProblems problems)
    {
        for (var i = 0; i < app.Constraints.Count; i++)
            ConstraintRules.Check(app.Constraints[i], $"{path}/scheduling/placement/constraints({i})", problems);
        if (app.UnreachableStrategy is { } unreachable && unreachable.InactiveAfterSeconds > unreachable.ExpungeAfterSeconds)
        {
            problems.Rule(path + "/scheduling/unreachableStrategy/inactiveAfterSeconds",
                $"inactiveAfterSeconds ({unreachable.InactiveAfterSeconds:0}) must be less or equal to expungeAfterSeconds, which is {unreachable.ExpungeAfterSeconds:0}");
        }
        if (!IsResident(app))
            return;
        if (app.UpgradeStrategy.MaximumOverCapacity != 0)
            problems.Rule(path + "/upgrade/maximumOverCapacity", $"got {AppRules.Text(app.UpgradeStrategy.MaximumOverCapacity)}, expected 0.0");
        if (app.UnreachableStrategy is not null)
            problems.Rule(path, "unreachableStrategy must be disabled for pods with persistent volumes");
        if (app.Extension?.Autoscaling is not null)
            problems.Rule(path + "/platform/autoscaling", "is not possible for pods with persistent volumes");
    }

    private static void CheckRoles(AppSpec app, string path, AppDefinitionContext context, JsonProblems problems)
    {
        if (context.ValidRoles is { } valid && !valid.Contains(app.Role))
            problems.Rule(path + "/role", $"got {app.Role}, expected one of: [{string.Join(", ", valid)}]");
        if (app.AcceptedResourceRoles.IsEmpty)
            return;
        if (IsResident(app) && app.AcceptedResourceRoles.Any(role => role != "*"))
            problems.Rule(path + "/acceptedResourceRoles", """A resident pod must have `acceptedResourceRoles = ["*"]`.""");
        if (AppRules.AcceptedRolesProblem(app, context) is { } unknown)
            problems.Rule(path + "/acceptedResourceRoles", unknown);
    }
}
