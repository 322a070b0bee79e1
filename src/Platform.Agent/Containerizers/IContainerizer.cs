namespace Platform.Agent.Containerizers;

/// <summary>A way to run tasks on this machine, such as as processes or by an engine of containers. All verbs are idempotent by task id.</summary>
internal interface IContainerizer
{
    /// <summary>Its name in definitions and registrations, such as <c>process</c>.</summary>
    string Name { get; }

    /// <summary>What it offers now. Cheap; what it says may change while the agent runs.</summary>
    ContainerizerFingerprint Fingerprint { get; }

    /// <summary>Why a task can never be run by it; null: it can.</summary>
    string? Refusal(Core.Tasks.TaskSpec spec);

    /// <summary>Makes the sandbox, into which the files of the task are brought next.</summary>
    /// <exception cref="Tasks.TaskStartException">The task cannot be prepared, with the reason.</exception>
    void Prepare(ContainerRequest request);

    /// <summary>Brings what the start needs and takes long, such as an image; null: nothing does. Many tasks do so at a time.</summary>
    /// <param name="request">The task, with its files in its sandbox.</param>
    /// <param name="progress">Told, for people, how it goes.</param>
    /// <param name="found">Told what the image is, as in <see cref="Core.Tasks.TaskUpdate.Image"/>, as soon as that is known; not of one that is pinned to its digest.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Tasks.TaskStartException">It cannot be had, with the reason.</exception>
    Task? ProvisionAsync(ContainerRequest request, Action<string> progress, Action<string> found, CancellationToken cancellation);

    /// <summary>What the image of a task that waits is at this moment, as in <see cref="Core.Tasks.TaskUpdate.Image"/>; nothing is brought. Null: it cannot be said yet.</summary>
    Task<string?> FindImageAsync(Core.Tasks.TaskSpec spec, CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <summary>True if the ports of a task are taken already by what its group shares, so that they are no stranger's.</summary>
    bool HoldsPorts(Core.Tasks.TaskSpec spec) => false;

    /// <summary>Starts what was prepared.</summary>
    /// <exception cref="Tasks.TaskStartException">The task cannot be started, with the reason.</exception>
    Task<IContainer> StartAsync(ContainerRequest request, CancellationToken cancellation);

    /// <summary>Takes up what an earlier run of the agent started; null: nothing was begun.</summary>
    Task<IContainer?> RecoverAsync(ContainerRequest request, CancellationToken cancellation);

    /// <summary>Gives back what the tasks of a group shared, once none of them runs any more. Idempotent.</summary>
    Task LeaveGroupAsync(IReadOnlyList<Core.Tasks.TaskSpec> members) => Task.CompletedTask;

    /// <summary>Removes the images that no container uses, but for these. Does not wait for it.</summary>
    void Prune(IReadOnlyCollection<string> excluded)
    {
    }

    /// <summary>Removes what is of this agent and of none of these tasks.</summary>
    /// <param name="live">The tasks that are not over; asked when all is known that there is.</param>
    /// <param name="cancellation">Ends it.</param>
    Task CollectAsync(Func<LiveTasks> live, CancellationToken cancellation);
}
