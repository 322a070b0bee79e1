using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>
/// What a task sees by mounts of its own. Volumes are links into folders of the machine; a read-only one is mounted over its folder itself, so that
/// the task finds it read-only by whichever path it goes, and an absolute path that is not that of its folder is mounted there.
/// </summary>
internal static class VolumeMounts
{
    /// <summary>The mounts in the order in which they are made: what lies within another comes after it.</summary>
    /// <exception cref="TaskStartException">Two volumes contradict each other.</exception>
    public static IReadOnlyList<VolumeMount> Of(TaskSpec spec, string sandbox, WorkDirectory work)
    {
        var mounts = new List<VolumeMount>();
        var writable = new List<(string Source, string Path)>();
        foreach (var volume in spec.Volumes)
        {
            var source = TaskSandbox.SourceOf(volume, spec, sandbox, work);
            if (source is null)
                continue;
            source = Libc.RealPath(source) ?? source;
            var target = TaskSandbox.IsMounted(volume.ContainerPath, source) ? Path.GetFullPath(volume.ContainerPath) : source;
            // A secret's file is the task's own copy.
            var isReadOnly = volume.ReadOnly && volume.Secret is null;
            if (isReadOnly || target != source)
                mounts.Add(new(source, target, isReadOnly ? VolumeMountKind.ReadOnly : VolumeMountKind.AsItIs));
            if (!isReadOnly)
                writable.Add((target, volume.ContainerPath));
        }
        var closed = mounts.FindAll(mount => mount.IsReadOnly);
        if (closed.Count == 0)
            return mounts;
        foreach (var (path, name) in writable.Append((Libc.RealPath(sandbox) ?? sandbox, "")))
        {
            if (closed.Find(mount => mount.Target == path) is { } same)
                throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {name}: the same folder {same.Source} is shown read-only by another volume of the task; give both the same mode");
            if (closed.Exists(mount => IsWithin(path, mount.Target)) && !mounts.Exists(mount => mount.Target == path))
                mounts.Add(new(path, path, VolumeMountKind.KeptWritable));
        }
        return [.. mounts.OrderBy(mount => mount.Target, StringComparer.Ordinal)];
    }

    private static bool IsWithin(string path, string folder) => path.StartsWith(folder == "/" ? "/" : folder + "/", StringComparison.Ordinal);
}
