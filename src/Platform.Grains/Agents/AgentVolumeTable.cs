using Platform.Core.Collections;
using Platform.Core.Placement;
using Platform.Core.Tasks;

namespace Platform.Grains.Agents;

/// <summary>The persistent volumes on one agent: those that it reported and those that tasks were launched with since.</summary>
internal sealed class AgentVolumeTable
{
    private readonly Dictionary<string, PersistentVolume> _volumes = new(StringComparer.Ordinal);

    /// <summary>All volumes.</summary>
    public IEnumerable<PersistentVolume> All => _volumes.Values;

    /// <summary>The owners of all volumes.</summary>
    public IEnumerable<string> Owners => _volumes.Values.Select(volume => volume.Owner).Distinct();

    /// <summary>The ids of the volumes of one owner.</summary>
    public ValueList<string> Of(string owner) =>
        _volumes.Count == 0 ? default : _volumes.Values.Where(volume => volume.Owner == owner).Select(volume => volume.Id).ToValueList();

    /// <summary>Takes what the agent reports, but what it was told to destroy, in place of what was known.</summary>
    public void Replace(ValueList<PersistentVolume> reported, ValueList<string> toDestroy)
    {
        _volumes.Clear();
        foreach (var volume in reported)
            _volumes[volume.Id] = volume;
        Remove(toDestroy);
    }

    /// <summary>Adds the volumes of tasks that are launched.</summary>
    public void Add(IEnumerable<TaskSpec> tasks)
    {
        foreach (var volume in tasks.SelectMany(task => task.Volumes))
        {
            if (volume.Persistent is { } persistent)
                _volumes[persistent.Id] = persistent;
        }
    }

    /// <summary>These volumes are destroyed.</summary>
    public void Remove(ValueList<string> ids)
    {
        foreach (var id in ids)
            _volumes.Remove(id);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _volumes.Clear();
}
