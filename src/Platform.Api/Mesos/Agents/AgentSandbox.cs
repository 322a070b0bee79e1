using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core.Collections;

namespace Platform.Api.Mesos.Agents;

/// <summary>
/// Where a file is, behind a path as clients of Mesos know them:
/// <c>/slaves/AGENT/frameworks/FRAMEWORK/executors/EXECUTOR/runs/CONTAINER/FILE</c>. <c>CONTAINER</c> is the cluster's name of the task, or <c>latest</c>.
/// Below an agent's own address <c>/slaves/AGENT</c> may be left out.
/// </summary>
/// <param name="AgentId">The agent; null: the path does not say.</param>
/// <param name="FrameworkId">The framework.</param>
/// <param name="ExecutorId">The executor.</param>
/// <param name="Run">The container.</param>
/// <param name="File">The path inside the sandbox; empty: the sandbox.</param>
internal sealed record AgentSandbox(string? AgentId, string FrameworkId, string ExecutorId, string Run, string File)
{
    public const string Latest = "latest";

    /// <summary>The path of the sandbox of a task.</summary>
    public static string PathOf(string agentId, string frameworkId, string executorId, string run) =>
        $"/slaves/{agentId}/frameworks/{frameworkId}/executors/{executorId}/runs/{run}";

    /// <summary>Reads a path; null: it is none of a sandbox.</summary>
    public static AgentSandbox? Parse(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string? agentId = null;
        if (names is ["slaves", var agent, ..])
            (agentId, names) = (agent, names[2..]);
        return names is ["frameworks", var framework, "executors", var executor, "runs", var run, ..]
            ? new(agentId, framework, executor, run, string.Join('/', names[6..]))
            : null;
    }

    /// <summary>The cluster's name of the task whose sandbox it is; null: the agent has no such task now.</summary>
    /// <remarks>In the sandbox of a group each other task has its own below <c>tasks/TASK</c>.</remarks>
    /// <param name="tasks">The tasks of the agent.</param>
    /// <param name="file">The path inside the task's sandbox.</param>
    public string? TaskOf(ValueList<TaskReport> tasks, out string file)
    {
        file = File;
        if (File.Split('/', 3) is ["tasks", var member, .. var rest] && Find(tasks, member) is { } other)
        {
            file = rest.Length > 0 ? rest[0] : "";
            return other;
        }
        return Run == Latest ? Find(tasks, ExecutorId) : Run;
    }

    // The framework's name of a task is the first part of the cluster's.
    private string? Find(ValueList<TaskReport> tasks, string name)
    {
        var owner = FrameworkOwner.Of(FrameworkId);
        return tasks.Select(task => task.Status)
            .LastOrDefault(task => task.TaskId == name || (task.Owner == owner && task.TaskId.StartsWith(name + ".", StringComparison.Ordinal)))?.TaskId;
    }
}
