using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <content>Persistent volumes of demands: they hold their disk until they are destroyed.</content>
public sealed partial class AllocatorModel
{
    private readonly Dictionary<string, HeldVolume> _volumes = new(StringComparer.Ordinal);

    /// <summary>Every volume by its agent, known or not.</summary>
    private readonly Dictionary<string, HashSet<string>> _volumesByAgent = new(StringComparer.Ordinal);

    /// <summary>The persistent volumes that demands made and that were not destroyed, by id.</summary>
    public ImmutableArray<PersistentVolume> Volumes =>
        [.. _volumes.Values.Select(held => held.Volume).OrderBy(volume => volume.Id, StringComparer.Ordinal)];

    /// <summary>A persistent volume; null when it is unknown.</summary>
    public PersistentVolume? FindVolume(string volumeId) => _volumes.GetValueOrDefault(volumeId)?.Volume;

    /// <summary>What a volume holds of its agent; null when the volume or the agent is unknown.</summary>
    public Resources? ResourcesOfVolume(string volumeId) => _volumes.TryGetValue(volumeId, out var held) && held.Agent is not null ? held.Resources : null;

    /// <summary>
    /// Books a volume that exists already, such as after a restart. It is believed even if it holds more than is free; while its agent is
    /// unknown it is kept and holds its disk as soon as the agent comes.
    /// </summary>
    /// <returns>False when the volume is known.</returns>
    public bool AdoptVolume(PersistentVolume volume)
    {
        if (!Keep(volume))
            return false;
        if (!_allocator.Agents.TryGetValue(volume.AgentId, out var entry))
            return true;
        HoldVolume(_volumes[volume.Id], entry, inPool: true);
        if (entry.IsOvercommitted)
            RescindOffersOn(entry);
        MarkFreed();
        return true;
    }

    /// <summary>Gives back the disk of a volume that was destroyed, or that was never made.</summary>
    /// <returns>False when the volume is unknown.</returns>
    public bool ReleaseVolume(string volumeId)
    {
        if (!_volumes.Remove(volumeId, out var held))
            return false;
        var onAgent = _volumesByAgent[held.Volume.AgentId];
        onAgent.Remove(volumeId);
        if (onAgent.Count == 0)
            _volumesByAgent.Remove(held.Volume.AgentId);
        if (held.Agent is not { } agent)
            return true;
        _allocator.Untrack(agent, held.Client!, held.Resources);
        ReleaseInPool(volumeId);
        _allocator.AddCandidate(agent);
        MarkFreed();
        return true;
    }

    /// <summary>Gives back the disk of some volumes; unknown ones are skipped.</summary>
    /// <returns>How many were known.</returns>
    public int ReleaseVolumes(IEnumerable<string> volumeIds) => volumeIds.Count(ReleaseVolume);

    /// <summary>The volumes of an owner become exactly those that it says it has.</summary>
    /// <returns>Those that were released.</returns>
    private ImmutableArray<string> ResyncVolumes(string owner, IEnumerable<PersistentVolume> volumes)
    {
        var live = volumes.Where(volume => volume.Owner == owner).ToDictionary(volume => volume.Id, StringComparer.Ordinal);
        ImmutableArray<string> gone =
            [.. _volumes.Values.Where(held => held.Volume.Owner == owner && !live.ContainsKey(held.Volume.Id)).Select(held => held.Volume.Id)];
        ReleaseVolumes(gone);
        foreach (var volume in live.Values)
            AdoptVolume(volume);
        return gone;
    }

    /// <summary>Books the volumes that are on an agent which has just come.</summary>
    private void HoldVolumesOn(AgentEntry entry)
    {
        if (!_volumesByAgent.TryGetValue(entry.Id, out var ids))
            return;
        foreach (var id in ids)
        {
            if (_volumes[id] is { Agent: null } held)
                HoldVolume(held, entry, inPool: true);
        }
    }

    /// <summary>An agent that is gone takes its volumes with it.</summary>
    private void ForgetVolumesOn(string agentId)
    {
        if (!_volumesByAgent.Remove(agentId, out var ids))
            return;
        foreach (var id in ids)
        {
            if (_volumes.Remove(id, out var held) && held.Agent is { } agent)
                _allocator.Untrack(agent, held.Client!, held.Resources);
        }
    }

    /// <summary>What a task that was just placed holds for its new volumes becomes theirs, before anything of it is booked.</summary>
    private TaskPlacement DetachVolumes(DemandEntry entry, TaskPlacement placement, AgentEntry agent)
    {
        var volumes = _pool.DetachVolumes(placement.TaskId, entry.InstanceOf(placement.TaskId), entry.Demand.Shape.Volumes);
        foreach (var volume in volumes)
        {
            // An id that is known already is not made twice: the owner did not release it.
            ReleaseVolume(volume.Id);
            Keep(volume);
            HoldVolume(_volumes[volume.Id], agent, inPool: false);
        }
        var task = _pool.Task(placement.TaskId)!;
        return placement with { Volumes = volumes, Disks = [], FromReserved = task.FromReserved };
    }

    private bool Keep(PersistentVolume volume)
    {
        if (!_volumes.TryAdd(volume.Id, new(volume)))
            return false;
        if (!_volumesByAgent.TryGetValue(volume.AgentId, out var ids))
            _volumesByAgent.Add(volume.AgentId, ids = new(StringComparer.Ordinal));
        ids.Add(volume.Id);
        return true;
    }

    private void HoldVolume(HeldVolume held, AgentEntry entry, bool inPool)
    {
        held.Agent = entry;
        held.Resources = ResourceCarving.Carve(entry, held.Volume);
        held.Client = _allocator.OwnerOf(held.Volume.Role, held.Volume.Owner);
        if (inPool)
            _pool.AddTask(held.Volume.Hold());
        _allocator.Track(entry, held.Client, held.Resources);
    }
}
