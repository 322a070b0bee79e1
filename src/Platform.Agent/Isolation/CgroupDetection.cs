using Platform.Agent.Processes;

namespace Platform.Agent.Isolation;

/// <summary>Finds out what this machine offers, from its table of mounts.</summary>
internal static class CgroupDetection
{
    private static readonly string[] Wanted = ["cpu", "cpuacct", "memory", "pids"];

    /// <summary>Version 1 if its memory hierarchy is there (a hybrid machine has the controllers there), else version 2, else none.</summary>
    /// <param name="mounts">The text of /proc/self/mounts.</param>
    /// <param name="path">The agent's own folder below each hierarchy's root.</param>
    /// <param name="cpu">What cpus mean.</param>
    public static ICgroupLayout Detect(string mounts, string path, CpuLimitMode cpu)
    {
        var controllers = new Dictionary<string, string>(StringComparer.Ordinal);
        string? unified = null;
        foreach (var line in mounts.Split('\n'))
        {
            if (line.Split(' ') is not [_, var mount, var type, var options, ..])
                continue;
            if (type == "cgroup2")
                unified ??= mount;
            if (type != "cgroup")
                continue;
            foreach (var controller in options.Split(',').Intersect(Wanted))
                controllers.TryAdd(controller, Path.Combine(mount, path));
        }
        try
        {
            if (controllers.ContainsKey("memory") || controllers.ContainsKey("pids"))
                return Probed(() => new CgroupVersion1(controllers, cpu));
            if (unified is not null)
                return Probed(() => new CgroupVersion2(unified, path, cpu));
            return new NoCgroups("no cgroup hierarchy is mounted");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new NoCgroups(Libc.EffectiveUser() == 0
                ? $"cgroups cannot be made here ({e.Message})"
                : $"the agent does not run as root and cgroups were not delegated to it ({e.Message})");
        }
    }

    /// <summary>Makes and removes one group, since a mount that can be seen may still be read-only.</summary>
    private static ICgroupLayout Probed(Func<ICgroupLayout> make)
    {
        const long ProbeBytes = 64 * 1024 * 1024;
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var layout = make();
                layout.Create("probe", new TaskLimits(0.1, 0.1, ProbeBytes, 10)).TryRemove();
                return layout;
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another agent that starts or stops at this moment removes folders with nothing in them.
            }
        }
    }
}
