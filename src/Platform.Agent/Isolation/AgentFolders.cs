using Platform.Agent.Files;
using Platform.Agent.Processes;

namespace Platform.Agent.Isolation;

/// <summary>The folders of agents side by side in a hierarchy, each named by the agent's id. Those in which nothing is any more are removed.</summary>
/// <remarks>An agent that was killed cannot remove its own, so each removes what others left. The kernel lets none go that holds a task.</remarks>
internal static class AgentFolders
{
    private const int Tries = 200;
    private const int TriesAtOnce = 10;

    /// <summary>Makes the folder of a task in that of its agent, which is made anew whenever a neighbour took it for that of one that is gone.</summary>
    /// <param name="folder">The task's folder.</param>
    /// <param name="makeOwn">Makes the agent's folder.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void MakeTask(string folder, Action makeOwn)
    {
        for (var i = 0; i < Tries; i++)
        {
            try
            {
                if (SmallFile.TryMakeFolder(folder))
                    return;
                // Who waits for the kernel's lock each time comes too late each time: a step aside lets the sweep pass by.
                if (i >= TriesAtOnce)
                    Thread.Sleep(1);
                makeOwn();
            }
            catch (DirectoryNotFoundException)
            {
                // Taken away between two levels.
            }
        }
        throw new IOException($"{Path.GetDirectoryName(folder)} is taken away as soon as it is made, so there is no place for {Path.GetFileName(folder)}");
    }

    /// <summary>Removes an agent's folder and its neighbours as far as they are empty, and the default one above if that leaves nothing in it.</summary>
    /// <param name="own">The folder of this agent.</param>
    public static void RemoveEmpty(string own)
    {
        _ = Libc.RemoveDirectory(own);
        var above = Path.GetDirectoryName(own)!;
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(above).Where(folder => Guid.TryParse(Path.GetFileName(folder.AsSpan()), out _)).ToList())
                _ = Libc.RemoveDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or not for this user to see.
        }
        // Another folder than the default one is somebody's choice, with limits of its own perhaps.
        if (Path.GetFileName(above) == AgentOptions.DefaultCgroupRoot)
            _ = Libc.RemoveDirectory(above);
    }
}
