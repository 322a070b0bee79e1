using Platform.Core.Placement;

namespace Platform.Core.Tests.Placement;

/// <summary>Adds up every agent from its tasks and compares with what the pool says, by arithmetic of its own.</summary>
internal static class PoolAudit
{
    /// <summary>Nothing is over-committed: what runs now, with what is leaving, never exceeds what the agent has.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="agents">The agents as they were given.</param>
    public static void NothingIsOverCommitted(PlacementPool pool, IEnumerable<string> agents)
    {
        foreach (var id in agents)
        {
            if (pool.Agent(id) is not { } agent) continue;
            // A task that waits does not run yet.
            var running = pool.TasksOn(id).Where(task => !pool.IsWaiting(task.Id)).ToArray();
            AtMost(running.Where(task => !task.Revocable).Select(Unreserved), agent.Unreserved, $"{id} unreserved");
            AtMost(running.Where(task => task.Revocable).Select(task => task.Scalars), agent.Slack, $"{id} slack");
            foreach (var reserved in agent.Reserved)
                AtMost(running.SelectMany(task => task.FromReserved).Where(part => part.Role == reserved.Role).Select(part => part.Scalars), reserved.Scalars, $"{id} of {reserved.Role}");
            var ports = running.SelectMany(task => task.Ports).ToArray();
            ports.Distinct().Count().ShouldBe(ports.Length, $"ports on {id}");
            foreach (var disk in agent.Disks)
            {
                var parts = running.SelectMany(task => task.Disks).Where(part => (part.Root, part.Role) == (disk.Root, disk.Role)).ToArray();
                if (disk.Kind == VolumeKind.Mount) parts.Length.ShouldBeLessThanOrEqualTo(1, $"{disk.Root} on {id}");
                parts.Sum(part => part.Size).ShouldBeLessThanOrEqualTo(disk.Size, $"{disk.Root} on {id}");
            }
        }
    }

    /// <summary>With nothing on it, an agent has exactly what it was given.</summary>
    public static void IsEmpty(PlacementPool pool, string id)
    {
        var agent = pool.Agent(id)!;
        pool.FreeOn(id).ShouldBe(agent.Unreserved);
        pool.FreeSlackOn(id).ShouldBe(agent.Slack);
        pool.FreePortsOn(id).Sum(range => range.End - range.Begin + 1).ShouldBe(agent.Ports.Sum(range => range.End - range.Begin + 1));
        pool.FreeReservedOn(id).Select(part => (part.Role, part.Scalars)).ShouldBe(agent.Reserved.Select(part => (part.Role, part.Scalars)));
        pool.FreeReservedOn(id).SelectMany(part => part.Ports).ShouldBe(agent.Reserved.SelectMany(part => part.Ports));
    }

    /// <summary>All that can be seen of a pool, as text.</summary>
    public static string Describe(PlacementPool pool, IEnumerable<string> agents) => string.Join('\n', agents.Where(pool.HasAgent).Select(id =>
        $"{id} {pool.FreeOn(id)} {pool.FreeSlackOn(id)} {string.Join(',', pool.FreePortsOn(id))} {string.Join(',', pool.FreeReservedOn(id).Select(part => $"{part.Role} {part.Scalars} {string.Join(',', part.Ports)}"))} "
        + string.Join(',', pool.TasksOn(id).Select(task => $"{task.Id} {task.Scalars} {string.Join(';', task.Ports)} {pool.IsLeaving(task.Id)} {pool.IsWaiting(task.Id)}"))));

    private static ScalarAmounts Unreserved(PoolTask task) => ScalarAmounts.Of(
        task.Scalars.Cpus - task.FromReserved.Sum(part => part.Scalars.Cpus),
        task.Scalars.Mem - task.FromReserved.Sum(part => part.Scalars.Mem),
        task.Scalars.Disk - task.FromReserved.Sum(part => part.Scalars.Disk));

    private static void AtMost(IEnumerable<ScalarAmounts> held, ScalarAmounts had, string what)
    {
        var list = held.ToArray();
        list.Sum(one => one.Cpus).ShouldBeLessThanOrEqualTo(had.Cpus, $"cpus of {what}");
        list.Sum(one => one.Mem).ShouldBeLessThanOrEqualTo(had.Mem, $"mem of {what}");
        list.Sum(one => one.Disk).ShouldBeLessThanOrEqualTo(had.Disk, $"disk of {what}");
    }
}
