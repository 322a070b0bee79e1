using Docker.DotNet.Models;
using Platform.Agent.Processes;
using Platform.Agent.Security;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Makes the sandbox of a container and what it sees besides.</summary>
internal static class ContainerMounts
{
    /// <summary>Makes the sandbox and the folders and files behind the volumes. Idempotent.</summary>
    /// <exception cref="TaskStartException">A volume cannot be made.</exception>
    public static void Prepare(ContainerRequest request, WorkDirectory work)
    {
        Directory.CreateDirectory(request.Sandbox);
        _ = Of(request, work).Count();
        // Whoever the image's user is shall be able to write there.
        if (request.Spec.Command.User is { Length: > 0 } user)
        {
            if (UserAccount.Find(user) is { } account)
                _ = Libc.ChangeOwner(request.Sandbox, account.Uid, account.Gid);
            else if (uint.TryParse(user.Split(':')[0], out var uid))
                _ = Libc.ChangeOwner(request.Sandbox, uid, uid);
            else
                File.SetUnixFileMode(request.Sandbox, (UnixFileMode)0b111_111_111);
        }
    }

    /// <summary>The mounts of a task's volumes; a relative path is one in the sandbox.</summary>
    public static IEnumerable<Mount> Of(ContainerRequest request, WorkDirectory work)
    {
        var spec = request.Spec;
        foreach (var volume in spec.Volumes.ToArray())
        {
            var target = volume.ContainerPath.StartsWith('/') ? volume.ContainerPath : $"{ContainerBuilder.Sandbox}/{volume.ContainerPath}";
            if (volume.External is { } external)
            {
                yield return new Mount
                {
                    Type = "volume",
                    Source = external.Name,
                    Target = target,
                    ReadOnly = volume.ReadOnly,
                    VolumeOptions = new VolumeOptions
                    {
                        DriverConfig = new Driver { Name = external.Driver, Options = external.Options.ToDictionary(option => option.Key, option => option.Value) },
                    },
                };
            }
            else if (SourceOf(volume, request, work) is { } source)
            {
                yield return new Mount { Type = "bind", Source = source, Target = target, ReadOnly = volume.ReadOnly };
            }
        }
        // The folder, since a socket is another file after each start of the agent.
        if (spec.Executor is not null && spec.Environment.Find(Executors.ExecutorTable.SocketVariable) is { } socket && Path.GetDirectoryName(socket) is { } sockets)
            yield return new Mount { Type = "bind", Source = sockets, Target = sockets, ReadOnly = true };
        if (spec.Identity is not null)
            yield return new Mount { Type = "bind", Source = IdentityFiles.FolderOf(spec.TaskId, work), Target = $"{ContainerBuilder.Sandbox}/{IdentityFiles.InSandbox}", ReadOnly = true };
    }

    private static string? SourceOf(VolumeSpec volume, ContainerRequest request, WorkDirectory work)
    {
        var spec = request.Spec;
        if (volume.Secret is { } secret)
            return TaskSandbox.SecretFile(volume, secret, spec, work, user: null);
        if (volume.PersistentId is not null)
            return VolumeFolders.Open(volume, spec, work);
        if (volume.GroupPath is { } path)
            return TaskSandbox.GroupFolder(volume, path, spec, work);
        if (volume.HostPath is not { } host)
            return null;
        var source = Path.IsPathRooted(host) ? host : Path.GetFullPath(Path.Combine(request.Sandbox, host));
        if (!Path.IsPathRooted(host) && !source.StartsWith(request.Sandbox + "/", StringComparison.Ordinal))
            throw new TaskStartException(TaskReasons.LaunchFailed, $"Volume {volume.ContainerPath}: the path {host} leads out of the sandbox");
        // As docker run does.
        if (!Path.Exists(source))
            Directory.CreateDirectory(source);
        return source;
    }
}
