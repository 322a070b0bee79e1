using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.State;

/// <summary>The cluster at one moment, as a master of Mesos would show it.</summary>
/// <param name="Agents">The agents, by id.</param>
/// <param name="Frameworks">The frameworks, also those that ended.</param>
internal sealed record ClusterPicture(IReadOnlyList<PictureAgent> Agents, IReadOnlyList<PictureFramework> Frameworks)
{
    public IEnumerable<PictureTask> Tasks => Frameworks.SelectMany(framework => framework.Tasks);
}

/// <summary>An agent, with what is used and offered of it.</summary>
/// <param name="Status">What it said of itself.</param>
/// <param name="Total">What it has, with what was reserved and made of it at run time.</param>
/// <param name="Used">What its tasks hold.</param>
/// <param name="Offered">What frameworks are offered.</param>
internal sealed record PictureAgent(AgentStatus Status, Resources Total, Resources Used, Resources Offered)
{
    public string Id => Status.Registration.AgentId;

    public bool IsActive => Status.Condition == AgentCondition.Active;

    /// <summary>It is among the registered ones: neither out of reach nor given up.</summary>
    public bool IsRegistered => Status.Condition is not (AgentCondition.Unreachable or AgentCondition.Gone);

    /// <summary>An operator wants it to take no new tasks, and to lose those that it has if it drains.</summary>
    public bool IsDeactivated => IsDraining || Status.Condition == AgentCondition.Deactivated;

    public bool IsDraining => Status.Condition is AgentCondition.Draining or AgentCondition.Drained;
}

/// <summary>A framework with its tasks: those of apps belong to the one that is called marathon.</summary>
internal sealed record PictureFramework
{
    public required Wire.FrameworkInfo Info { get; init; }

    public required IReadOnlyList<PictureTask> Tasks { get; init; }

    public bool IsConnected { get; init; }

    public DateTimeOffset RegisteredAt { get; init; }

    public DateTimeOffset? ReregisteredAt { get; init; }

    public DateTimeOffset? RemovedAt { get; init; }

    public IReadOnlyList<Offer> Offers { get; init; } = [];

    public string Id => Info.Id.Value;

    public IEnumerable<string> Roles => Info.Roles.Count > 0 ? Info.Roles : [Info.HasRole ? Info.Role : "*"];

    /// <summary>The executors of its own that have not ended.</summary>
    public IReadOnlyList<PictureExecutor> Executors { get; init; } = [];

    /// <summary>Its operations whose outcome it has not acknowledged.</summary>
    public IReadOnlyList<Wire.Operation> Operations { get; init; } = [];

    public Resources Used => Sum(Tasks.Where(task => task.IsLive).Select(task => task.Resources).Concat(Executors.Select(executor => executor.Resources)));

    public Resources Offered => Sum(Offers.Select(offer => offer.Resources.Unallocate()));

    public static Resources Sum(IEnumerable<Resources> parts) => Resources.Of(parts.SelectMany(part => part));
}

/// <summary>An executor of a framework's own, in Mesos' words.</summary>
/// <param name="AgentId">Where it is.</param>
/// <param name="Container">The cluster's name of it, by which its sandbox is found.</param>
/// <param name="Info">What it is.</param>
/// <param name="Resources">What it holds besides its tasks.</param>
internal sealed record PictureExecutor(string AgentId, string Container, Wire.ExecutorInfo Info, Resources Resources)
{
    /// <summary>Its type, as Mesos spells it.</summary>
    public string TypeName => Info.Type == Wire.ExecutorInfo.Types.Type.Default ? "DEFAULT" : "CUSTOM";
}

/// <summary>A task in Mesos' words, with what is needed to show and count it.</summary>
internal sealed record PictureTask(Wire.Task Task, TaskState State, Resources Resources, string Role)
{
    /// <summary>It holds something on an agent that is there.</summary>
    public bool IsLive => !State.IsTerminal() && State != TaskState.Unreachable;

    public bool IsUnreachable => State == TaskState.Unreachable;

    public string AgentId => Task.AgentId.Value;

    /// <summary>The cluster's name of the task, by which its sandbox is found.</summary>
    public string Sandbox { get; init; } = Task.TaskId.Value;

    /// <summary>The cluster's name of the task itself, by which it is measured.</summary>
    public string Place { get; init; } = Task.TaskId.Value;

    /// <summary>An executor of the framework's own runs it, in whose sandbox it is.</summary>
    public bool IsInExecutor { get; init; }
}
