using Platform.Agent.Isolation;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Finds the cgroups that the engine made for a container, by its first process.</summary>
internal static class ContainerCgroup
{
    /// <summary>The cgroups of a process; none if they cannot be seen from here.</summary>
    public static TaskCgroup Of(int pid)
    {
        try
        {
            return Of(File.ReadAllText($"/proc/{pid}/cgroup"), File.ReadAllText("/proc/self/mounts"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TaskCgroup.None;
        }
    }

    /// <summary>The same from the texts of /proc/PID/cgroup and /proc/self/mounts.</summary>
    public static TaskCgroup Of(string membership, string mounts)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in membership.Split('\n'))
        {
            // 4:memory:/docker/ID, or 0::/docker/ID of version 2.
            if (line.Split(':', 3) is [_, var controllers, var path] && path != "/")
            {
                foreach (var controller in controllers.Split(','))
                    paths[controller] = path;
            }
        }
        string? memory = null, cpu = null, pids = null, unified = null;
        foreach (var line in mounts.Split('\n'))
        {
            if (line.Split(' ') is not [_, var mount, var type, var options, ..])
                continue;
            if (type == "cgroup2" && paths.TryGetValue("", out var own))
                unified ??= mount + own;
            if (type != "cgroup")
                continue;
            var names = options.Split(',');
            memory ??= Folder(names, "memory", mount, paths);
            cpu ??= Folder(names, "cpuacct", mount, paths);
            pids ??= Folder(names, "pids", mount, paths);
        }
        if (memory is not null || cpu is not null)
        {
            return new TaskCgroup
            {
                Folders = [.. new[] { pids, memory, cpu }.OfType<string>().Where(Directory.Exists)],
                OomFile = memory is null ? null : Path.Combine(memory, "memory.oom_control"),
                MemoryFile = memory is null ? null : Path.Combine(memory, "memory.usage_in_bytes"),
                CpuFile = cpu is null ? null : Path.Combine(cpu, "cpuacct.usage"),
            };
        }
        return unified is null || !Directory.Exists(unified)
            ? TaskCgroup.None
            : new TaskCgroup
            {
                Folders = [unified],
                OomFile = Path.Combine(unified, "memory.events"),
                MemoryFile = Path.Combine(unified, "memory.current"),
                CpuFile = Path.Combine(unified, "cpu.stat"),
            };
    }

    private static string? Folder(string[] options, string controller, string mount, Dictionary<string, string> paths) =>
        options.Contains(controller) && paths.TryGetValue(controller, out var path) ? mount + path : null;
}
