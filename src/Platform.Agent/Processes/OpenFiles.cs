namespace Platform.Agent.Processes;

/// <summary>What this process has open beyond the standard streams.</summary>
internal static class OpenFiles
{
    private const int FirstOwn = 3;

    /// <summary>
    /// Keeps every open file from the programs that are executed from now on. The runtime opens its own that way; what whoever started the
    /// agent had open is not: a pipe that a task inherits never ends for its reader, and a file with a secret is there to read.
    /// </summary>
    public static void KeepToSelf()
    {
        if (Libc.CloseOnExecFrom(FirstOwn) || !Directory.Exists("/proc/self/fd"))
            return;
        foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), out var descriptor) && descriptor >= FirstOwn)
                _ = Libc.Control(descriptor, Libc.SetFlags, Libc.CloseOnExecFlag);
        }
    }
}
