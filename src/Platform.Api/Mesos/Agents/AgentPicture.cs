using Platform.Api.Mesos.State;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;
using Platform.Mesos.Protocol;

namespace Platform.Api.Mesos.Agents;

/// <summary>One agent with what it runs for each framework, as an agent of Mesos would show it.</summary>
internal sealed record AgentPicture(PictureAgent Agent, IReadOnlyList<(PictureFramework Framework, IReadOnlyList<AgentExecutor> Executors)> Frameworks)
{
    /// <summary>Operations on it whose outcome was not acknowledged.</summary>
    public IReadOnlyList<Wire.Operation> Operations { get; init; } = [];

    public IEnumerable<AgentExecutor> Executors => Frameworks.SelectMany(framework => framework.Executors);

    public IEnumerable<PictureTask> Tasks => Executors.SelectMany(executor => executor.Tasks);

    /// <summary>The picture of an agent in that of the cluster.</summary>
    /// <exception cref="MesosRefusal">404: there is none with the id.</exception>
    public static AgentPicture Of(ClusterPicture cluster, string agentId)
    {
        var agent = cluster.Agents.FirstOrDefault(agent => agent.Id == agentId) ?? throw MesosRefusal.NotFound($"Agent '{agentId}' does not exist");
        var usage = agent.Status.Usage;
        var used = (usage?.Tasks.AsEnumerable() ?? []).ToDictionary(task => task.TaskId, StringComparer.Ordinal);
        var frameworks = new List<(PictureFramework, IReadOnlyList<AgentExecutor>)>();
        foreach (var framework in cluster.Frameworks)
        {
            var executors = framework.Tasks.Where(task => task.AgentId == agentId)
                .GroupBy(task => (Id: AgentExecutor.IdOf(task), Run: task.IsInExecutor ? task.Sandbox : ""))
                .Select(tasks => new AgentExecutor(agentId, framework, tasks.Key.Id, [.. tasks], [.. tasks.SelectMany(task => (string[])[task.Sandbox, task.Place]).Distinct(StringComparer.Ordinal).Select(used.GetValueOrDefault).OfType<TaskUsage>()], usage?.Timestamp))
                .ToList();
            if (executors.Count > 0)
                frameworks.Add((framework, executors));
        }
        return new(agent, frameworks) { Operations = [.. cluster.Frameworks.SelectMany(framework => framework.Operations).Where(operation => operation.AgentId.Value == agentId)] };
    }
}

/// <summary>A plain task, the tasks of a group, or those that an executor of the framework's own runs.</summary>
internal sealed record AgentExecutor(
    string AgentId, PictureFramework Framework, string Id, IReadOnlyList<PictureTask> Tasks, IReadOnlyList<TaskUsage> Usage, DateTimeOffset? MeasuredAt)
{
    /// <summary>The framework's own executor; null: it is none, or has ended.</summary>
    public PictureExecutor? Own => Tasks[0].IsInExecutor ? Framework.Executors.FirstOrDefault(executor => executor.Container == Container) : null;

    public bool IsLive => Own is not null || Tasks.Any(task => !task.State.IsTerminal());

    /// <summary>The container, by the cluster's name of the first task.</summary>
    public string Container => Tasks[0].Sandbox;

    /// <summary>Where its files are, for <c>/files</c>.</summary>
    public string Directory => AgentSandbox.PathOf(AgentId, Framework.Id, Id, Container);

    /// <summary>Where the files of each of its tasks are: those of a group have sandboxes of their own.</summary>
    public IEnumerable<string> Directories => Tasks.Select(task => AgentSandbox.PathOf(AgentId, Framework.Id, Id, task.Sandbox)).Distinct(StringComparer.Ordinal);

    /// <summary>What of it is in the container: one task of a group, or everything.</summary>
    public AgentExecutor Only(string container)
    {
        var tasks = Tasks.Where(task => task.Sandbox == container).ToList();
        return this with { Tasks = tasks, Usage = [.. Usage.Where(usage => tasks.Any(task => task.Sandbox == usage.TaskId || task.Place == usage.TaskId))] };
    }

    /// <summary>A plain task has an executor of its name.</summary>
    public static string IdOf(PictureTask task) => task.Task.ExecutorId is { Value.Length: > 0 } executor ? executor.Value : task.Task.TaskId.Value;
}
