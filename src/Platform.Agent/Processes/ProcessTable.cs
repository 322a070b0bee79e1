using System.Text;

namespace Platform.Agent.Processes;

/// <summary>The processes of this machine, read from /proc.</summary>
internal static class ProcessTable
{
    /// <summary>One process, or null if there is none with this id.</summary>
    public static ProcessEntry? Read(int pid)
    {
        try
        {
            return ProcessEntry.Parse(File.ReadAllText($"/proc/{pid}/stat"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>All processes.</summary>
    public static List<ProcessEntry> ReadAll()
    {
        var entries = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), out var pid) && Read(pid) is { } entry)
                entries.Add(entry);
        }
        return entries;
    }

    /// <summary>
    /// The processes of a task without the help of a cgroup: its session and group, everything below its supervisor or its first
    /// process, and whatever carries the task's mark in its environment. The supervisor itself is left out.
    /// </summary>
    public static List<ProcessEntry> OfTask(int task, int shim, string mark)
    {
        var all = ReadAll();
        var found = new HashSet<int> { task };
        var marked = Encoding.UTF8.GetBytes(mark + '\0');
        foreach (var entry in all)
        {
            if (entry.Session == task || entry.Group == task || (entry.Pid != shim && HasInEnvironment(entry.Pid, marked)))
                found.Add(entry.Pid);
        }
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var entry in all)
                grown |= (found.Contains(entry.Parent) || (shim > 1 && entry.Parent == shim)) && found.Add(entry.Pid);
        }
        found.Remove(shim);
        found.Remove(Environment.ProcessId);
        return all.FindAll(e => e.State is not ('Z' or 'X') && found.Contains(e.Pid));
    }

    private static bool HasInEnvironment(int pid, byte[] marked)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(marked) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
