using System.Collections.Immutable;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Allocation;

/// <summary>Agents and their tasks as placement sees them.</summary>
internal static class AgentPlaces
{
    public static PoolAgent ToPool(AgentStatus agent)
    {
        var registration = agent.Registration;
        var plain = registration.Resources.Unreserved().NonRevocable();
        return new()
        {
            Id = registration.AgentId,
            Hostname = registration.Hostname,
            Region = registration.Region,
            Zone = registration.Zone,
            Attributes = Attributes.TryParse(registration.Attributes, out var attributes, out _)
                ? attributes.Items.Reverse().Aggregate(ImmutableSortedDictionary<string, string>.Empty, (all, item) => all.SetItem(item.Name, item.Render()))
                : ImmutableSortedDictionary<string, string>.Empty,
            Unreserved = Scalars(plain),
            Ports = Ports(plain),
            Reserved = [.. registration.Resources.Reserved().Items.GroupBy(item => item.ReservationRole!).Select(role =>
                new ReservedAmounts { Role = role.Key, Scalars = Scalars(Resources.Of(role)), Ports = Ports(Resources.Of(role)) })],
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

    public static IEnumerable<PoolTask> Tasks(AgentStatus agent) =>
        agent.Tasks.Where(task => !task.Status.State.IsTerminal()).Select(task => new PoolTask
        {
            Id = task.Status.TaskId,
            AgentId = agent.Registration.AgentId,
            Owner = task.Status.Owner,
            Role = task.Role,
            Priority = task.Priority,
            Started = task.StartedAt,
            Scalars = Scalars(task.Resources),
            Ports = [.. Ports(task.Resources).SelectMany(range => Enumerable.Range(range.Begin, range.End - range.Begin + 1))],
        });

    private static Taint ParseTaint(string text)
    {
        var colon = text.IndexOf(':');
        var effect = TaintEffect.NoSchedule;
        if (colon >= 0 && !Enum.TryParse(text[(colon + 1)..], ignoreCase: true, out effect))
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

    private static ImmutableArray<PortRange> Ports(Resources resources) =>
        [.. resources.Ports.Items.Select(range => new PortRange((int)range.Begin, (int)range.End))];
}
