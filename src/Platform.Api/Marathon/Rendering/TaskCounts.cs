using System.Text.Json;
using Platform.Contracts.Apps;
using Platform.Core.Tasks;

namespace Platform.Api.Marathon.Rendering;

/// <summary>How many instances are how. An unreachable instance counts nowhere, as in Marathon.</summary>
internal readonly record struct TaskCounts(int Staged, int Running, int Healthy, int Unhealthy)
{
    public static TaskCounts Of(IEnumerable<InstanceStatus> instances)
    {
        int staged = 0, running = 0, healthy = 0, unhealthy = 0;
        foreach (var instance in instances)
        {
            if (instance.State is TaskState.Staging or TaskState.Starting)
                staged++;
            else if (instance.State == TaskState.Running)
                running++;
            if (instance.Healthy is { } isHealthy && !instance.State.IsTerminal())
            {
                if (isHealthy)
                    healthy++;
                else
                    unhealthy++;
            }
        }
        return new(staged, running, healthy, unhealthy);
    }

    /// <summary>As members of an app.</summary>
    public void WriteForApp(Utf8JsonWriter writer)
    {
        writer.WriteNumber("tasksStaged", Staged);
        writer.WriteNumber("tasksRunning", Running);
        writer.WriteNumber("tasksHealthy", Healthy);
        writer.WriteNumber("tasksUnhealthy", Unhealthy);
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("counts");
        writer.WriteNumber("staged", Staged);
        writer.WriteNumber("running", Running);
        writer.WriteNumber("healthy", Healthy);
        writer.WriteNumber("unhealthy", Unhealthy);
        writer.WriteEndObject();
    }
}
