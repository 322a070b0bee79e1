using Microsoft.Win32.SafeHandles;
using Platform.Agent.Files;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;

namespace Platform.Agent.Tasks;

/// <summary>Hands the content of a persistent volume to tasks in user namespaces, when those before were in none.</summary>
/// <remarks>
/// By new owners on the disk, and not by mounts that show other ones: so whatever a task writes belongs to nobody on the machine, a program that it
/// marks to run as root included, and any file system will do.
/// </remarks>
internal static class OwnerShift
{
    /// <summary>Gives each file to the user and group that are inside what its own were on the machine. Does nothing if that was done.</summary>
    /// <param name="folder">The folder of the volume.</param>
    /// <param name="ids">The ids of tasks in user namespaces.</param>
    public static void Into(string folder, MappedIds ids)
    {
        if (FileOwner.Of(folder) is var (user, group, _) && !ids.HasUser(user))
            Shift(folder, user, group, ids, user);
    }

    // Other tasks may have the volume at the same time and put links in the place of folders: what was opened is gone through, and no path.
    private static void Shift(string path, uint user, uint group, MappedIds ids, uint owner)
    {
        using var handle = new SafeFileHandle(Libc.OpenToRead(path), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            var opened = $"/proc/self/fd/{handle.DangerousGetHandle()}";
            foreach (var entry in Entries(opened))
            {
                if (FileOwner.Of(entry) is not var (entryUser, entryGroup, links))
                    continue;
                var isFolder = (File.GetAttributes(entry) & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory;
                if (isFolder)
                    Shift(entry, entryUser, entryGroup, ids, owner);
                // A second name may be that of a file elsewhere, which its owner alone could have given away.
                else if (links == 1 || entryUser == owner)
                    Give(entry, entryUser, entryGroup, ids);
            }
        }
        // Last, so that one that was cut short is done again.
        Give(path, user, group, ids);
    }

    private static List<string> Entries(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not a folder any more.
            return [];
        }
    }

    private static void Give(string path, uint user, uint group, MappedIds ids)
    {
        if (user < MappedIds.Count && group < MappedIds.Count)
            _ = Libc.ChangeOwner(path, ids.User + user, ids.Group + group);
    }
}
