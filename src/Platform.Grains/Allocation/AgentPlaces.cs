using System.Collections.Immutable;
using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Allocation;

/// <summary>Agents and their tasks as the allocator's model takes them.</summary>
internal static class AgentPlaces
{
    public static AllocatorAgent ToAgent(AgentStatus agent)
    {
        var registration = agent.Registration;
        return new()
        {
            Id = registration.AgentId,
            Hostname = registration.Hostname,
            Total = registration.Resources,
            Attributes = Attributes.TryParse(registration.Attributes, out var attributes, out _) ? attributes : Attributes.Empty,
            FaultDomain = registration.Region is null ? null : new(registration.Region, registration.Zone ?? ""),
            Taints = [.. registration.Taints.Select(ParseTaint)],
            NodePool = registration.Pool ?? NodePools.Default,
            Containerizers = registration.Containerizers.IsEmpty ? [Containerizers.Process] : [.. registration.Containerizers],
            Availability = Availability(agent.Condition),
        };
    }

    public static AgentAvailability Availability(AgentCondition condition) => condition switch
    {
        AgentCondition.Active => AgentAvailability.Active,
        AgentCondition.Draining or AgentCondition.Drained => AgentAvailability.Draining,
        AgentCondition.Unreachable => AgentAvailability.Unreachable,
        _ => AgentAvailability.Deactivated,
    };

    /// <summary>The places that tasks hold, but for those of frameworks and what operators have run without one: one for each task, and one for all tasks of a group.</summary>
    public static IEnumerable<PoolTask> Tasks(AgentStatus agent)
    {
        Dictionary<string, TaskReport>? groups = null;
        foreach (var task in (IEnumerable<TaskReport>)agent.Tasks)
        {
            if (task.Status.State.IsTerminal() || task.Status.Owner == TaskOwners.Operator || FrameworkOwner.IdOf(task.Status.Owner) is not null)
                continue;
            if (task.Group is null)
                yield return Place(agent, task.Status.TaskId, task);
            else
                (groups ??= new(StringComparer.Ordinal))[task.Group] = groups.TryGetValue(task.Group, out var others) ? Together(others, task) : task;
        }
        foreach (var (id, tasks) in groups ?? [])
            yield return Place(agent, id, tasks);
    }

    private static TaskReport Together(TaskReport left, TaskReport right) => left with
    {
        Resources = left.Resources.Plus(right.Resources),
        KillGraceSeconds = Math.Max(left.KillGraceSeconds, right.KillGraceSeconds),
        Gpus = [.. left.Gpus, .. right.Gpus],
    };

    private static PoolTask Place(AgentStatus agent, string id, TaskReport task) => new()
    {
        Id = id,
        AgentId = agent.Registration.AgentId,
        Owner = task.Status.Owner,
        Role = task.Role,
        Priority = task.Priority,
        Started = task.StartedAt,
        Scalars = Scalars(task.Resources),
        Ports = [.. task.Resources.Ports.Items.SelectMany(range => Enumerable.Range((int)range.Begin, (int)(range.End - range.Begin + 1)))],
        FromReserved = !task.Resources.Items.Any(item => item.IsReserved) ? [] : [.. task.Resources.Reserved().Items.GroupBy(item => item.ReservationRole!).Select(role =>
            new ReservedAmounts { Role = role.Key, Scalars = Scalars(Resources.Of(role)) })],
        Revocable = task.Resources.Items.Any(item => item.Revocable),
        KillGrace = TimeSpan.FromSeconds(task.KillGraceSeconds),
        Tolerations = [.. task.Tolerations],
        Gpus = [.. task.Gpus],
        Disks = [.. task.Resources.Items.Where(item => item.Disk?.Source is { Root: not null })
            .Select(item => new DiskPart(item.Disk!.Source!.Root!, item.Milli / 1000m, item.ReservationRole ?? "*"))],
    };

    private static Taint ParseTaint(string text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0 || !Enum.TryParse(text[(colon + 1)..], ignoreCase: true, out TaintEffect effect))
            effect = TaintEffect.NoSchedule;
        var key = colon < 0 ? text : text[..colon];
        var equal = key.IndexOf('=');
        return equal < 0 ? new(key, "", effect) : new(key[..equal], key[(equal + 1)..], effect);
    }

    private static ScalarAmounts Scalars(Resources resources)
    {
        var quantities = resources.Quantities;
        return new()
        {
            Cpus = quantities.Cpus / 1000m,
            Mem = quantities.Mem / 1000m,
            Disk = quantities.Disk / 1000m,
            Gpus = quantities.Gpus / 1000m,
            Custom = quantities.Others.ToImmutableSortedDictionary(other => other.Key, other => other.Value / 1000m),
        };
    }
}
