using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tasks;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using TaskSpec = Platform.Core.Tasks.TaskSpec;

namespace Platform.Agent.Containerizers.Docker;

/// <summary>Runs tasks with an image as containers of a Docker Engine.</summary>
internal sealed class DockerContainerizer : IContainerizer
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>The engine.</summary>
    public required DockerEngine Engine { get; init; }

    /// <summary>Brings images.</summary>
    public required ImagePuller Images { get; init; }

    /// <summary>Makes tasks into what the engine is asked for.</summary>
    public required ContainerBuilder Builder { get; init; }

    /// <summary>Knows when images were used.</summary>
    public required ImageCollector Collector { get; init; }

    /// <summary>The folder of the agent.</summary>
    public required WorkDirectory Work { get; init; }

    /// <summary>A file with the agent's own credentials of registries, in the form of Docker's config.json; null: none.</summary>
    public string? Credentials { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Told of what goes on.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>The agent stops: containers are left as they are.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>The networks that containers of pods share.</summary>
    public PodNetworks Networks => field ??= new(this);

    /// <inheritdoc/>
    public string Name => Core.Placement.Containerizers.Docker;

    /// <inheritdoc/>
    public ContainerizerFingerprint Fingerprint => Engine.Fingerprint;

    /// <inheritdoc/>
    public string? Refusal(TaskSpec spec) => spec.Image!.Options.Select(ContainerOptions.Problem).FirstOrDefault(problem => problem is not null);

    /// <inheritdoc/>
    public void Prepare(ContainerRequest request) => ContainerMounts.Prepare(request, Work);

    /// <inheritdoc/>
    public Task? ProvisionAsync(ContainerRequest request, Action<string> progress, Action<string> found, CancellationToken cancellation) =>
        BringAsync(request, progress, found, cancellation);

    /// <inheritdoc/>
    public async Task<string?> FindImageAsync(TaskSpec spec, CancellationToken cancellation) =>
        await Images.FindAsync(spec.Image!, await CredentialsAsync(spec.Image!, null, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<IContainer> StartAsync(ContainerRequest request, CancellationToken cancellation)
    {
        try
        {
            await NameNetworkAsync(request.Spec.Image!, cancellation).ConfigureAwait(false);
            var holder = PodNetworks.IsShared(request.Spec) ? await Networks.JoinAsync(request, cancellation).ConfigureAwait(false) : null;
            var parameters = Builder.Build(request, ContainerMounts.Of(request, Work), holder);
            ContainerRecord.AddBegin(request.File);
            var id = await CreateAsync(request, parameters, cancellation).ConfigureAwait(false);
            // From here on it is carried through, so that nothing is left half done: a kill comes to it when it runs.
            await AskAsync(client => client.Containers.StartContainerAsync(id, new ContainerStartParameters(), Stopping), Stopping).ConfigureAwait(false);
            ContainerRecord.AddStart(request.File);
            var found = await AskAsync(client => client.Containers.InspectContainerAsync(id, Stopping), Stopping).ConfigureAwait(false);
            return DockerContainer.Of(
                this, request, found, await AddressesAsync(found, Stopping).ConfigureAwait(false), isFresh: true, await PinnedAsync(request.Spec.Image!, found).ConfigureAwait(false));
        }
        catch (DockerApiException e)
        {
            await RemoveAsync(NameOf(request)).ConfigureAwait(false);
            throw new TaskStartException(TaskReasons.LaunchFailed, $"The container could not be started: {PullFailure.MessageOf(e)}");
        }
    }

    /// <inheritdoc/>
    public async Task<IContainer?> RecoverAsync(ContainerRequest request, CancellationToken cancellation)
    {
        var record = ContainerRecord.Read(request.File);
        if (record.End is { } end)
            return DockerContainer.Ending(this, request, end);
        if (!record.IsBegun)
            return null;
        try
        {
            var found = await AskAsync(client => client.Containers.InspectContainerAsync(NameOf(request), cancellation), cancellation).ConfigureAwait(false);
            if (found.State is not { Status: "created" })
                return DockerContainer.Of(this, request, found, await AddressesAsync(found, cancellation).ConfigureAwait(false), isFresh: !record.IsStarted);
            // Made, and never started: what it was made from may not have been complete.
            await RemoveAsync(found.ID).ConfigureAwait(false);
            return null;
        }
        catch (DockerContainerNotFoundException)
        {
            return record.IsStarted
                ? DockerContainer.Ending(this, request, new ContainerEnd { Gap = "The container was removed by somebody else, so its exit status is not known" })
                : null;
        }
    }

    /// <inheritdoc/>
    public async Task LeaveGroupAsync(IReadOnlyList<TaskSpec> members)
    {
        if (members.FirstOrDefault(PodNetworks.IsShared) is { Group: { } group })
            await Networks.LeaveAsync(group).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CollectAsync(Func<LiveTasks> live, CancellationToken cancellation)
    {
        if (Engine.ClientIfThere is not { } client)
            return;
        try
        {
            var own = await client.Containers.ListContainersAsync(new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["label"] = new Dictionary<string, bool> { [$"{ContainerNames.AgentLabel}={Work.AgentId}"] = true },
                },
            }, cancellation).ConfigureAwait(false);
            // Asked after the list was made: a task that came meanwhile has nothing in it.
            var known = live();
            foreach (var container in own)
            {
                var isKnown = container.Labels.TryGetValue(ContainerNames.TaskLabel, out var taskId)
                    ? known.Names.Contains(TaskDirectoryName.Of(taskId))
                    : container.Labels.TryGetValue(ContainerNames.GroupLabel, out var group) && known.Groups.Contains(group);
                if (isKnown)
                    continue;
                Logger.LogInformation("Container {Name} is of no task that this agent knows, and is removed", container.Names.FirstOrDefault() ?? container.ID);
                await RemoveAsync(container.ID).ConfigureAwait(false);
            }
            await Collector.CollectAsync(client, Engine.RootFolder, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException || DockerEngine.IsGone(e))
        {
            Logger.LogWarning("What tasks have left in the Docker Engine is removed later: {Reason}", PullFailure.MessageOf(e));
        }
    }

    /// <inheritdoc/>
    public void Prune(IReadOnlyCollection<string> excluded) => _ = PruneAsync(excluded);

    private async Task PruneAsync(IReadOnlyCollection<string> excluded)
    {
        try
        {
            if (Engine.ClientIfThere is { } client)
                await Collector.PruneAsync(client, excluded, Stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DockerApiException or OperationCanceledException || DockerEngine.IsGone(e))
        {
            Logger.LogWarning("Images that nothing uses are removed later, by their age: {Reason}", e.Message);
        }
    }

    /// <summary>The name of a task's container.</summary>
    internal string NameOf(ContainerRequest request) => ContainerNames.Of(Work.AgentId, request.Spec.TaskId);

    /// <summary>The file that says how far a task's output was brought.</summary>
    internal string PositionFile(ContainerRequest request)
    {
        var folder = Path.Combine(Work.Root, "containers");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, TaskDirectoryName.Of(request.Spec.TaskId));
    }

    /// <summary>Asks the engine, again if it goes away meanwhile: what is asked must be right to ask twice.</summary>
    /// <exception cref="DockerApiException">The engine refuses.</exception>
    internal async Task<T> AskAsync<T>(Func<DockerClient, Task<T>> ask, CancellationToken cancellation)
    {
        while (true)
        {
            var client = await Engine.ClientAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await ask(client).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException || DockerEngine.IsGone(e))
            {
                cancellation.ThrowIfCancellationRequested();
                Engine.Suspect();
                Logger.LogDebug("The Docker Engine did not answer and is asked again: {Reason}", e.Message);
            }
            await Task.Delay(AskAgain, Time, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public bool HoldsPorts(TaskSpec spec) => PodNetworks.IsShared(spec) && Networks.IsHeld(spec.Group!);

    private async Task BringAsync(ContainerRequest request, Action<string> progress, Action<string> found, CancellationToken cancellation)
    {
        if (Engine.ClientIfThere is null)
            progress($"Waiting for the Docker Engine: {Engine.Fingerprint.Description}");
        var image = request.Spec.Image!;
        var told = await Images.BringAsync(image, await CredentialsAsync(image, request.Sandbox, cancellation).ConfigureAwait(false), progress, found, cancellation).ConfigureAwait(false);
        Collector.Use(ImageReference.Effective(image));
        if (image.PinnedTo(told) is var pinned && pinned != image)
            Collector.Use(ImageReference.Effective(pinned));
        if (PodNetworks.IsShared(request.Spec))
            await Networks.LookAsync(request.Spec.Group!, cancellation).ConfigureAwait(false);
    }

    // The image and its digest, so that others can be made of the same.
    private async Task<string> PinnedAsync(ContainerImage image, ContainerInspectResponse found)
    {
        var digest = image.Digest;
        try
        {
            if (digest is null)
            {
                var bytes = await AskAsync(client => client.Images.InspectImageAsync(found.Image, Stopping), Stopping).ConfigureAwait(false);
                digest = ImageReference.DigestOf(image.Reference, bytes.RepoDigests ?? []);
            }
        }
        catch (DockerApiException e)
        {
            // It runs all the same.
            Logger.LogDebug("The digest of {Image} is not known: {Reason}", image.Reference, PullFailure.MessageOf(e));
        }
        return ImageReference.Told(image.Reference, digest);
    }

    // Those of a pod are the pod's.
    private async Task<ValueList<string>> AddressesAsync(ContainerInspectResponse found, CancellationToken cancellation)
    {
        var holder = await Networks.HolderOfAsync(found, cancellation).ConfigureAwait(false);
        return (holder ?? found).NetworkSettings?.Networks is { } networks
            ? networks.Values.Select(network => network.IPAddress).Where(address => !string.IsNullOrEmpty(address)).ToValueList()
            : default;
    }

    /// <summary>Has a container made; one of its name that is there is removed, for nobody else uses such names.</summary>
    /// <returns>The engine's id of it.</returns>
    internal async Task<string> CreateAsync(CreateContainerParameters parameters, string name, CancellationToken cancellation)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await AskAsync(client => client.Containers.CreateContainerAsync(parameters, cancellation), cancellation).ConfigureAwait(false)).ID;
            }
            catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict && attempt < Attempts)
            {
                // An order of an earlier run of the agent, or an answer that was lost.
                await RemoveAsync(name).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> CreateAsync(ContainerRequest request, CreateContainerParameters parameters, CancellationToken cancellation)
    {
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CreateAsync(parameters, NameOf(request), cancellation).ConfigureAwait(false);
            }
            catch (DockerImageNotFoundException) when (attempt < Attempts)
            {
                // Removed since it was brought.
                var credentials = await CredentialsAsync(request.Spec.Image!, request.Sandbox, cancellation).ConfigureAwait(false);
                await Images.BringAsync(request.Spec.Image!, credentials, _ => { }, _ => { }, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes a container, by its id or name, whether it runs or not.</summary>
    internal async Task RemoveAsync(string id)
    {
        try
        {
            await AskAsync(async client =>
            {
                await client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, Stopping).ConfigureAwait(false);
                return true;
            }, Stopping).ConfigureAwait(false);
        }
        catch (DockerApiException e)
        {
            Logger.LogDebug("Container {Id} was not removed: {Reason}", id, PullFailure.MessageOf(e));
        }
    }

    // A network that nobody made is made as a bridge, in which containers find each other by name.
    internal async Task NameNetworkAsync(ContainerImage image, CancellationToken cancellation)
    {
        if (image is not { Network: ContainerNetwork.Named, NetworkName: { Length: > 0 } name })
            return;
        try
        {
            await AskAsync(client => client.Networks.InspectNetworkAsync(name, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (DockerNetworkNotFoundException)
        {
            try
            {
                await AskAsync(client => client.Networks.CreateNetworkAsync(new NetworksCreateParameters
                {
                    Name = name,
                    Driver = "bridge",
                    Labels = new Dictionary<string, string> { [ContainerNames.AgentLabel] = Work.AgentId },
                }, cancellation), cancellation).ConfigureAwait(false);
            }
            catch (DockerApiException e) when (e.StatusCode == HttpStatusCode.Conflict)
            {
                // Another task's start made it.
            }
        }
    }

    // The task's own, those that it fetched into its sandbox (as Marathon's users do with docker.tar.gz), the agent's.
    private async Task<string?> CredentialsAsync(ContainerImage image, string? sandbox, CancellationToken cancellation)
    {
        if (image.PullConfig is { } own)
            return own.Value;
        string?[] fetched = sandbox is null ? [] : [Path.Combine(sandbox, ".docker", "config.json"), Path.Combine(sandbox, ".dockercfg")];
        foreach (var file in (string?[])[.. fetched, Credentials])
        {
            if (file is not null && File.Exists(file))
                return await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false);
        }
        return null;
    }
}
