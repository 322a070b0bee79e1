using Platform.Contracts.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Dashboard.Live;

/// <summary>Where the output and files of instances are.</summary>
internal static class TaskSources
{
    /// <summary>Every task with its agent and a name for people, oldest first.</summary>
    internal static List<(string TaskId, string AgentId, string Name)> Of(ValueList<InstanceStatus> instances)
    {
        var sources = new List<(string, string, string)>();
        foreach (var instance in instances)
        {
            var name = $"{Short(instance.InstanceId)} on {instance.Host}";
            if (instance.Containers.IsEmpty)
                sources.Add((instance.TaskId, instance.AgentId, name));
            foreach (var container in instance.Containers)
                sources.Add((container.TaskId, instance.AgentId, $"{container.Name}, {name}"));
        }
        return sources;
    }

    /// <summary>Those in which a command can be run.</summary>
    internal static List<(string TaskId, string AgentId, string Name)> OfRunning(ValueList<InstanceStatus> instances) =>
        Of(instances.Where(instance => instance.State == TaskState.Running).ToValueList());

    /// <summary>Those of a run in which a command can be run.</summary>
    internal static List<(string TaskId, string AgentId, string Name)> OfRunning(ValueList<RunTask> tasks) =>
        [.. tasks.AsEnumerable().Where(task => task is { State: TaskState.Running, AgentId: not null }).Select(task => (task.TaskId, task.AgentId!, $"Task {task.Index} on {task.Host}"))];

    /// <summary>The first eight characters of the instance's own part of its id.</summary>
    internal static string Short(string instanceId)
    {
        var start = instanceId.IndexOf(".instance-", StringComparison.Ordinal);
        var own = start < 0 ? instanceId : instanceId[(start + 10)..];
        return own.Length <= 8 ? own : own[..8];
    }
}
