using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Tasks;
using Call = Platform.Mesos.Wire.Agent.Call;

namespace Platform.Api.Mesos.Mapping;

/// <summary>Containers without a task, as the agent runs them.</summary>
internal static class ContainerMapping
{
    /// <summary>What to run. It holds nothing of what the agent offers: what it asks for are its limits.</summary>
    /// <param name="launch">As the operator describes it.</param>
    /// <param name="problem">What is wrong with it; null: nothing.</param>
    public static TaskSpec Read(Call.Types.LaunchContainer launch, out string? problem)
    {
        var name = launch.ContainerId.Value;
        var resources = ResourceMapping.Read(launch.Resources, out var invalid);
        var task = new Wire.TaskInfo
        {
            Name = name,
            TaskId = new() { Value = TaskOwners.TaskOfContainer(name, Guid.NewGuid()) },
            Command = launch.Command,
            Container = launch.Container,
        };
        foreach (var (limit, value) in launch.Limits)
            task.Limits[limit] = value;
        problem = invalid is not null ? $"'launch_container.resources' is invalid: {invalid}"
            : launch.Command is null && launch.Container is null ? "Expecting 'launch_container.command' to be present"
            : TaskMapping.ProblemOfLimits(task, resources) ?? (TaskMapping.SecretWithoutValue(launch.Command) is { } secret
                ? $"'launch_container.command' is invalid: the secret of the environment variable '{secret}' must be given by its value" : null);
        var spec = TaskMapping.ToSpec(task, Resources.Empty, RoleOf(resources), null);
        return spec with
        {
            Owner = TaskOwners.Operator,
            Identity = null,
            CpuLimit = spec.CpuLimit ?? Asked(resources, ResourceNames.Cpus),
            MemoryLimit = spec.MemoryLimit ?? Asked(resources, ResourceNames.Mem),
        };
    }

    private static double? Asked(Resources resources, string name) => resources.Scalar(name) is > 0 and var amount ? amount : null;

    private static string RoleOf(Resources resources) => resources.Items.Select(resource => resource.AllocationRole).OfType<string>().FirstOrDefault() ?? Core.Roles.RoleName.Default;
}
