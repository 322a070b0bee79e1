using System.Collections.Immutable;
using Platform.Core.Collections;

namespace Platform.Core.Placement;

/// <content>Persistent volumes, which hold their disk longer than the tasks that use them.</content>
public sealed partial class PlacementPool
{
    /// <summary>
    /// Makes what a task that was just placed holds for its new volumes their own. All together hold the same as before, so nothing
    /// becomes free in between; from then on the task and its volumes are released one by one.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="instanceId">What the ids of the volumes start with.</param>
    /// <param name="requests">The volumes of its shape.</param>
    /// <returns>The volumes, in the order of the shape. A volume takes what its task drew from reservations before anything unreserved.</returns>
    public ImmutableArray<PersistentVolume> DetachVolumes(string taskId, string instanceId, ImmutableArray<VolumeRequest> requests)
    {
        if (requests.IsDefaultOrEmpty || !tasks.TryGetValue(taskId, out var entry)) return [];
        var slot = slots[entry.Agent]!;
        var draws = entry.Draws?.ToList() ?? [];
        var volumes = ImmutableArray.CreateBuilder<PersistentVolume>(requests.Length);
        long rootDisk = 0;
        var nextPart = 0;
        foreach (var request in requests)
        {
            var volume = new PersistentVolume
            {
                Id = $"{instanceId}#{request.Name}",
                AgentId = slot.Spec.Id,
                Owner = entry.Class.Owner,
                Role = entry.Class.Role,
                Kind = request.Kind,
                Size = request.Size,
            };
            if (request.Kind == VolumeKind.Root)
            {
                var size = ScalarKinds.Thousandths(request.Size);
                rootDisk += size;
                volume = volume with { FromReserved = TakeDisk(draws, size) };
            }
            else
            {
                var part = entry.Disks![nextPart++];
                volume = volume with
                {
                    Root = part.Root,
                    Size = part.Size,
                    FromReserved = part.Role == "*" ? [] : [new ReservedAmounts { Role = part.Role, Scalars = ScalarAmounts.Of(disk: part.Size) }],
                };
            }

            volumes.Add(volume);
        }

        Replace(slot, entry, WithoutDisk(entry, rootDisk, draws));
        foreach (var volume in volumes) EnterHeld(slot, volume.Hold());
        Touch(slot);
        Flush();
        return volumes.MoveToImmutable();
    }

    private static ValueList<ReservedAmounts> TakeDisk(List<ReservedDraw> draws, long size)
    {
        var taken = new List<ReservedAmounts>();
        for (var i = 0; i < draws.Count && size > 0; i++)
        {
            var there = draws[i].Amounts[ScalarKinds.Disk];
            var part = Math.Min(there, size);
            if (part == 0) continue;
            size -= part;
            draws[i] = draws[i] with { Amounts = draws[i].Amounts.With(ScalarKinds.Disk, there - part) };
            taken.Add(new ReservedAmounts { Role = draws[i].Role, Scalars = ScalarAmounts.Of(disk: part / 1000m) });
        }

        return taken.ToValueList();
    }

    private static TaskEntry WithoutDisk(TaskEntry entry, long disk, List<ReservedDraw> draws)
    {
        var left = draws.Where(draw => !draw.Amounts.IsZero).ToArray();
        var known = entry.Class;
        return new TaskEntry(
            entry.Id,
            disk == 0 ? known : known.WithNeed(known.Need.With(ScalarKinds.Disk, known.Need[ScalarKinds.Disk] - disk)),
            entry.Agent, entry.Started, entry.Ports)
        {
            Draws = left.Length == 0 ? null : left,
        };
    }

    private void Replace(AgentSlot slot, TaskEntry entry, TaskEntry with)
    {
        slot.Tasks[slot.Tasks.LastIndexOf(entry)] = with;
        tasks[entry.Id] = with;
        if (!claims.TryGetValue(entry.Id, out var claim)) return;
        var moved = new Claim(with, claim.Debt, claim.DebtPorts);
        claims[entry.Id] = moved;
        slot.Claims[slot.Claims.IndexOf(claim)] = moved;
    }

    /// <summary>Adds something to an agent on which its resources are taken already.</summary>
    private void EnterHeld(AgentSlot slot, PoolTask task) => Enter(slot, EntryOf(slot, task), null);
}
