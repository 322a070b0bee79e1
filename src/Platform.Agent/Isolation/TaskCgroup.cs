using Platform.Agent.Files;
using Platform.Agent.Processes;

namespace Platform.Agent.Isolation;

/// <summary>The cgroups of one task: a folder in each hierarchy (version 1), or one (version 2), or none.</summary>
internal sealed class TaskCgroup
{
    /// <summary>No cgroups.</summary>
    public static TaskCgroup None { get; } = new();

    /// <summary>The task's folders, the one that lists its processes first.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Where its count of kills for lack of memory is: a file with a line <c>oom_kill N</c>; or null.</summary>
    public string? OomFile { get; init; }

    /// <summary>The file with its memory in use, bytes; or null.</summary>
    public string? MemoryFile { get; init; }

    /// <summary>The file with its cpu time, or null.</summary>
    public string? CpuFile { get; init; }

    /// <summary>Its limit on processes, or null.</summary>
    public string? ProcessesFile { get; init; }

    /// <summary>The kernel's own "kill all" (version 2, Linux 5.14), or null.</summary>
    public string? KillFile { get; init; }

    /// <summary>The files to write "0" to, so that the writer joins.</summary>
    public IEnumerable<string> JoinFiles => Folders.Select(f => Path.Combine(f, "cgroup.procs"));

    /// <summary>The ids of its processes.</summary>
    public List<int> Processes()
    {
        var pids = new List<int>();
        if (Folders.Count == 0)
            return pids;
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(Folders[0], "cgroup.procs")))
            {
                if (int.TryParse(line, out var pid) && pid > 0)
                    pids.Add(pid);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Removed meanwhile.
        }
        return pids;
    }

    /// <summary>Sends SIGKILL to every process in it, new ones included, and returns how many there were.</summary>
    public int KillAll()
    {
        if (KillFile is not null && SmallFile.TryWrite(KillFile, "1"))
            return Processes().Count;
        // Nothing can be forked meanwhile, so that one pass over the list after another comes to an end.
        if (ProcessesFile is not null)
            SmallFile.TryWrite(ProcessesFile, "0");
        var killed = 0;
        foreach (var pid in Processes())
        {
            if (Libc.Kill(pid, Libc.SigKill) == 0)
                killed++;
        }
        return killed;
    }

    /// <summary>How many of its processes the kernel killed because the memory limit was reached.</summary>
    public long OomKills()
    {
        foreach (var line in ReadLines(OomFile))
        {
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(9), out var count))
                return count;
        }
        return 0;
    }

    /// <summary>Memory in use, bytes; null: not known.</summary>
    public long? MemoryBytes() => long.TryParse(ReadLines(MemoryFile).FirstOrDefault(), out var bytes) ? bytes : null;

    /// <summary>Cpu time since its start, seconds; null: not known.</summary>
    public double? CpuSeconds()
    {
        foreach (var line in ReadLines(CpuFile))
        {
            // Version 1 has nanoseconds alone on a line, version 2 "usage_usec N".
            if (long.TryParse(line, out var nanoseconds))
                return nanoseconds / 1e9;
            if (line.StartsWith("usage_usec ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(11), out var micros))
                return micros / 1e6;
        }
        return null;
    }

    /// <summary>Removes its folders; false if one has processes still.</summary>
    public bool TryRemove()
    {
        var removed = true;
        foreach (var folder in Folders)
        {
            try
            {
                // rmdir(2): the kernel's files inside do not count.
                if (Libc.RemoveDirectory(folder) != 0 && Directory.Exists(folder))
                    RemoveTree(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                removed = false;
            }
        }
        return removed;
    }

    /// <summary>Cgroups that the task made inside its own go first.</summary>
    private static void RemoveTree(string folder)
    {
        foreach (var inner in Directory.EnumerateDirectories(folder))
            RemoveTree(inner);
        if (Libc.RemoveDirectory(folder) != 0 && Directory.Exists(folder))
            throw new IOException($"{folder} is in use");
    }

    private static string[] ReadLines(string? path)
    {
        try
        {
            return path is not null ? File.ReadAllLines(path) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
