using System.Runtime.InteropServices;
using Platform.Agent.Files;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Security;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Makes a task's sandbox: the folder, its volumes and its secret files.</summary>
internal static class TaskSandbox
{
    private static long s_links;

    /// <summary>
    /// Makes the folder and links volumes into it: a volume is a symbolic link at a relative path. At an absolute path there is nothing to do
    /// where it is the same on the agent; elsewhere it takes a mount, and so does one that is read-only (<see cref="VolumeMounts"/>).
    /// </summary>
    /// <param name="spec">The task.</param>
    /// <param name="sandbox">The folder.</param>
    /// <param name="work">The folder of the agent.</param>
    /// <param name="user">The user of the task, as the machine counts it; null: the agent's own.</param>
    /// <param name="canMount">True if the task can have mounts.</param>
    /// <param name="ids">The ids of the user namespace that it will be in; null: none.</param>
    /// <exception cref="TaskStartException">A volume cannot be made visible.</exception>
    public static void Prepare(TaskSpec spec, string sandbox, WorkDirectory work, UserAccount? user, bool canMount, MappedIds? ids = null)
    {
        SmallFile.MakeFolder(sandbox);
        foreach (var volume in spec.Volumes)
        {
            if (volume.Secret is { } secret)
            {
                SecretFile(volume, secret, spec, work, user);
            }
            else if (volume.ReadOnly && !canMount)
            {
                throw new TaskStartException(
                    TaskReasons.LaunchFailed,
                    $"Volume {volume.ContainerPath}: it is read-only, which takes a mount, and this agent makes none for processes: "
                    + $"this machine does not let it (run it as root), or --isolation leaves out {IsolatorNames.Filesystem}");
            }
            if (SourceOf(volume, spec, sandbox, work) is not { } source)
                continue;
            if (volume.PersistentId is not null && ids is not null)
                OwnerShift.Into(source, ids);
            if (volume.PersistentId is not null && user is not null)
                _ = Libc.ChangeOwner(source, user.Uid, user.Gid);
            Show(volume.ContainerPath, source, sandbox, canMount);
        }
        if (spec.Identity is not null)
            Show(IdentityFiles.InSandbox, IdentityFiles.FolderOf(spec.TaskId, work), sandbox, canMount);
        if (user is not null)
            GiveTo(user, sandbox);
    }

    /// <summary>The folder or file behind a volume, made if it is not there and is no secret; null: it is of no kind that a process can have.</summary>
    public static string? SourceOf(VolumeSpec volume, TaskSpec spec, string sandbox, WorkDirectory work)
    {
        if (volume.Secret is not null)
            return SecretPath(volume, spec, work);
        if (volume.PersistentId is not null)
            return VolumeFolders.Open(volume, spec, work);
        if (volume.GroupPath is { } path)
            return GroupFolder(volume, path, spec, work);
        if (volume.HostPath is not { } host)
            return null;
        var source = Path.IsPathRooted(host) ? host : Path.Combine(sandbox, host);
        if (!File.Exists(source))
            Directory.CreateDirectory(source);
        return source;
    }

    /// <summary>True if a volume is seen at its path by a mount, and not by a link or because it is there.</summary>
    public static bool IsMounted(string containerPath, string source) =>
        Path.IsPathRooted(containerPath) && (Libc.RealPath(containerPath) ?? Path.GetFullPath(containerPath)) != (Libc.RealPath(source) ?? Path.GetFullPath(source));

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
        var file = SecretPath(volume, spec, work);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, (UnixFileMode)0b111_101_101);
        // The task may read it as soon as it is there.
        WorkDirectory.WriteAtomically(file, secret.Value, secret: true, owner: user);
        return file;
    }

    /// <summary>
    /// Gives the file of a secret volume other content while its task runs. What the task finds by a link is replaced in one step; what is mounted stays the
    /// same file, since a mount shows no other, and is written over, so that a reader may for an instant find the new beginning before the old end.
    /// </summary>
    /// <exception cref="IOException">There is no room for it.</exception>
    public static void RenewSecretFile(VolumeSpec volume, SecretText secret, TaskSpec spec, WorkDirectory work, UserAccount? user)
    {
        var file = SecretPath(volume, spec, work);
        if (spec.Image is null && !IsMounted(volume.ContainerPath, file))
        {
            SecretFile(volume, secret, spec, work, user);
            return;
        }
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var content = System.Text.Encoding.UTF8.GetBytes(secret.Value);
        stream.Write(content);
        stream.SetLength(content.Length);
    }

    /// <summary>The folder of a volume that the tasks of a group share.</summary>
    public static string GroupFolder(VolumeSpec volume, string path, TaskSpec spec, WorkDirectory work)
    {
        var shared = work.GroupFolder(spec.SharesWith);
        var folder = Path.GetFullPath(Path.Combine(shared, path));
        if (!folder.StartsWith(shared + "/", StringComparison.Ordinal))
            throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {volume.ContainerPath}: the path {path} leads out of the directory of its pod");
        Directory.CreateDirectory(folder);
        // Each container may run as a user of its own.
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }

    private static string SecretPath(VolumeSpec volume, TaskSpec spec, WorkDirectory work) =>
        Path.Combine(TaskSecrets.FolderOf(spec.TaskId, work), TaskDirectoryName.Of(volume.ContainerPath));

    private static void Show(string containerPath, string source, string sandbox, bool canMount)
    {
        if (Path.IsPathRooted(containerPath))
        {
            if (!IsMounted(containerPath, source))
                return;
            if (!canMount)
            {
                throw new TaskStartException(TaskReasons.LaunchFailed,
                    $"Volume {containerPath}: the process containerizer can show a volume only at a path relative to the sandbox, or at its own path on the agent");
            }
            // What is not there would have to be made, for all to see.
            if (File.Exists(source) ? !File.Exists(containerPath) : !Directory.Exists(containerPath))
            {
                throw new TaskStartException(TaskReasons.LaunchFailed,
                    $"Volume {containerPath}: a process sees the agent's own file system, which has no {(File.Exists(source) ? "file" : "folder")} of this path to mount it on; make one, or give a path relative to the sandbox");
            }
            return;
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
