using System.Runtime.InteropServices;
using Platform.Agent.Files;
using Platform.Agent.Processes;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Makes a task's sandbox: the folder, its volumes and its secret files.</summary>
internal static class TaskSandbox
{
    private static long s_links;

    /// <summary>
    /// Makes the folder and links volumes into it. The process containerizer has no mounts of its own: a volume is a symbolic link at
    /// a relative path, and an absolute path is possible only where it is the same on the agent.
    /// </summary>
    /// <exception cref="TaskStartException">A volume cannot be made visible.</exception>
    public static void Prepare(TaskSpec spec, string sandbox, WorkDirectory work, UserAccount? user)
    {
        SmallFile.MakeFolder(sandbox);
        foreach (var volume in spec.Volumes)
        {
            if (volume.Secret is { } secret)
            {
                Link(volume.ContainerPath, SecretFile(volume, secret, spec, work, user), sandbox);
            }
            else if (volume.PersistentId is not null)
            {
                var folder = VolumeFolders.Open(volume, spec, work);
                if (user is not null)
                    _ = Libc.ChangeOwner(folder, user.Uid, user.Gid);
                Link(volume.ContainerPath, folder, sandbox);
            }
            else if (volume.GroupPath is { } path)
            {
                Link(volume.ContainerPath, GroupFolder(volume, path, spec, work), sandbox);
            }
            else if (volume.HostPath is { } host)
            {
                var source = Path.IsPathRooted(host) ? host : Path.Combine(sandbox, host);
                if (!File.Exists(source))
                    Directory.CreateDirectory(source);
                Link(volume.ContainerPath, source, sandbox);
            }
        }
        if (user is not null)
            GiveTo(user, sandbox);
    }

    /// <summary>Hands the sandbox with everything in it to the task's user.</summary>
    public static void GiveTo(UserAccount user, string sandbox)
    {
        _ = Libc.ChangeOwner(sandbox, user.Uid, user.Gid);
        // Links are passed over: a volume is one, and what is behind it has an owner of its own.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var entry in new DirectoryInfo(sandbox).EnumerateFileSystemInfos("*", all))
            _ = Libc.ChangeOwner(entry.FullName, user.Uid, user.Gid);
    }

    /// <summary>Writes the file of a secret volume, readable for one user alone, and returns its path.</summary>
    public static string SecretFile(VolumeSpec volume, SecretText secret, TaskSpec spec, WorkDirectory work, UserAccount? user)
    {
        var file = Path.Combine(TaskSecrets.FolderOf(spec.TaskId, work), TaskDirectoryName.Of(volume.ContainerPath));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, (UnixFileMode)0b111_101_101);
        WorkDirectory.WriteAtomically(file, secret.Value, secret: true);
        if (user is not null)
            _ = Libc.ChangeOwner(file, user.Uid, user.Gid);
        return file;
    }

    /// <summary>The folder of a volume that the tasks of a group share.</summary>
    public static string GroupFolder(VolumeSpec volume, string path, TaskSpec spec, WorkDirectory work)
    {
        var shared = work.GroupFolder(spec.Group ?? spec.TaskId);
        var folder = Path.GetFullPath(Path.Combine(shared, path));
        if (!folder.StartsWith(shared + "/", StringComparison.Ordinal))
            throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {volume.ContainerPath}: the path {path} leads out of the directory of its pod");
        Directory.CreateDirectory(folder);
        // Each container may run as a user of its own.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }

    private static void Link(string containerPath, string source, string sandbox)
    {
        if (Path.IsPathRooted(containerPath))
        {
            if (Path.GetFullPath(containerPath) == Path.GetFullPath(source))
                return;
            throw new TaskStartException(TaskReasons.LaunchFailed,
                $"Volume {containerPath}: the process containerizer can show a volume only at a path relative to the sandbox, or at its own path on the agent");
        }
        var link = Path.GetFullPath(Path.Combine(sandbox, containerPath));
        if (!link.StartsWith(sandbox + "/", StringComparison.Ordinal))
            throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {containerPath}: the path leads out of the sandbox");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        // In one step: a link in a volume that containers share is made by all of them at once.
        var temporary = $"{link}.{Interlocked.Increment(ref s_links)}.new";
        File.Delete(temporary);
        File.CreateSymbolicLink(temporary, source);
        if (Libc.Rename(temporary, link) == 0)
            return;
        var error = Libc.Describe(Marshal.GetLastPInvokeError());
        File.Delete(temporary);
        throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {containerPath}: it cannot be shown at this path: {error}");
    }
}
