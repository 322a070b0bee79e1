using System.Collections.Concurrent;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Tasks;
using TaskSpec = Platform.Core.Tasks.TaskSpec;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>
/// The networks of pods: each instance has a container that does nothing but hold the network in which its containers are, and with it their address
/// and published ports. It is none of the pod's own containers, because any of those may end before the others, as the init containers always do.
/// </summary>
internal sealed class PodNetworks(DockerContainerizer containerizer)
{
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);

    /// <summary>True if a task's container is in the network of its pod.</summary>
    public static bool IsShared(TaskSpec spec) => spec is { Group: not null, Image: { Network: not ContainerNetwork.Host } };

    /// <summary>The member of a pod whose network the members without an image join; null: there is none.</summary>
    public static TaskSpec? SharedOf(ContainerRequest request) => request.Spec is { Group: not null, Image: null } ? request.Group.FirstOrDefault(IsShared) : null;

    /// <summary>The network of a pod, which is made if it is not there, for a member that is a process.</summary>
    /// <param name="request">The member.</param>
    /// <param name="shared">A member with an image.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The process that holds it.</returns>
    /// <exception cref="TaskStartException">It cannot be had.</exception>
    public async Task<int> JoinAsync(ContainerRequest request, TaskSpec shared, CancellationToken cancellation)
    {
        try
        {
            await containerizer.NameNetworkAsync(shared.Image!, cancellation).ConfigureAwait(false);
            await JoinAsync(request with { Spec = shared }, cancellation).ConfigureAwait(false);
            return await FindAsync(NameOf(shared.Group!), cancellation).ConfigureAwait(false) is { State: { Running: true, Pid: var holder } }
                ? (int)holder
                : throw new TaskStartException(TaskReasons.LaunchFailed, "The network of the pod cannot be joined: the container that holds it has ended");
        }
        catch (DockerApiException e)
        {
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The network of the pod could not be made: {PullFailure.MessageOf(e)}");
        }
    }

    /// <summary>True if the network of a pod is there, as far as was looked: its ports are then taken by itself.</summary>
    public bool IsHeld(string group) => _held.ContainsKey(group);

    /// <summary>Looks whether the network of a pod is there, as after a restart of the agent.</summary>
    public async Task LookAsync(string group, CancellationToken cancellation)
    {
        if (!IsHeld(group) && await FindAsync(NameOf(group), cancellation).ConfigureAwait(false) is { State.Running: true })
            _held[group] = true;
    }

    /// <summary>The name of the container that holds the network of the task's pod, which is made if it is not there.</summary>
    /// <exception cref="DockerApiException">The engine refuses.</exception>
    /// <exception cref="TaskStartException">The network of containers that run is gone.</exception>
    public async Task<string> JoinAsync(ContainerRequest request, CancellationToken cancellation)
    {
        var group = request.Spec.Group!;
        var name = NameOf(group);
        var gate = _gates.GetOrAdd(group, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await FindAsync(name, cancellation).ConfigureAwait(false) is { } found)
            {
                if (found.State is { Running: true })
                {
                    _held[group] = true;
                    return name;
                }
                if (await HasRunningAsync(group, cancellation).ConfigureAwait(false))
                    throw new TaskStartException(TaskReasons.LaunchFailed, "The network of the pod cannot be joined: the container that held it has ended, while others of the pod run");
                await containerizer.RemoveAsync(found.ID).ConfigureAwait(false);
            }
            await BringImageAsync(cancellation).ConfigureAwait(false);
            var id = await containerizer.CreateAsync(containerizer.Builder.BuildHolder(request, name), name, cancellation).ConfigureAwait(false);
            try
            {
                await containerizer.AskAsync(client => client.Containers.StartContainerAsync(id, new ContainerStartParameters(), cancellation), cancellation).ConfigureAwait(false);
            }
            catch
            {
                await containerizer.RemoveAsync(id).ConfigureAwait(false);
                throw;
            }
            _held[group] = true;
            return name;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Gives up the network of a pod of which nothing runs any more. What the engine does not do now is collected later.</summary>
    public async Task LeaveAsync(string group)
    {
        _gates.TryRemove(group, out _);
        _held.TryRemove(group, out _);
        if (containerizer.Engine.ClientIfThere is not { } client)
            return;
        using var limit = new CancellationTokenSource(RemovalLimit, containerizer.Time);
        try
        {
            await client.Containers.RemoveContainerAsync(NameOf(group), new ContainerRemoveParameters { Force = true }, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            containerizer.Logger.LogDebug("The network of {Group} is removed later: {Reason}", group, PullFailure.MessageOf(e));
        }
    }

    /// <summary>The container whose network another one is in; null: it has its own, or that is gone.</summary>
    public async Task<ContainerInspectResponse?> HolderOfAsync(ContainerInspectResponse container, CancellationToken cancellation)
    {
        const string Prefix = "container:";
        return container.HostConfig?.NetworkMode is { } mode && mode.StartsWith(Prefix, StringComparison.Ordinal)
            ? await FindAsync(mode[Prefix.Length..], cancellation).ConfigureAwait(false)
            : null;
    }

    private string NameOf(string group) => ContainerNames.Of(containerizer.Work.AgentId, group + ".network");

    private async Task<ContainerInspectResponse?> FindAsync(string name, CancellationToken cancellation)
    {
        try
        {
            return await containerizer.AskAsync(client => client.Containers.InspectContainerAsync(name, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (DockerContainerNotFoundException)
        {
            return null;
        }
    }

    private async Task<bool> HasRunningAsync(string group, CancellationToken cancellation)
    {
        var running = await containerizer.AskAsync(client => client.Containers.ListContainersAsync(new ContainersListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["label"] = new Dictionary<string, bool> { [$"{ContainerNames.AgentLabel}={containerizer.Work.AgentId}"] = true, [$"{ContainerNames.GroupLabel}={group}"] = true },
            },
        }, cancellation), cancellation).ConfigureAwait(false);
        return running.Count > 0;
    }

    private async Task BringImageAsync(CancellationToken cancellation)
    {
        try
        {
            await containerizer.AskAsync(client => client.Images.InspectImageAsync(PauseProgram.Image, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (DockerImageNotFoundException)
        {
            var name = PauseProgram.Image.Split(':');
            await containerizer.AskAsync(async client =>
            {
                using var root = PauseProgram.Root();
                await client.Images.CreateImageAsync(new ImagesCreateParameters { FromSrc = "-", Repo = name[0], Tag = name[1] }, root, null, new Progress<JSONMessage>(), cancellation).ConfigureAwait(false);
                return true;
            }, cancellation).ConfigureAwait(false);
        }
    }
}
