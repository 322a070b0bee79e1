namespace Platform.Agent.Isolation;

/// <summary>How tasks are limited and found on this machine.</summary>
internal interface ICgroupLayout
{
    /// <summary>What is enforced, or why nothing is; for people.</summary>
    string Description { get; }

    /// <summary>True if memory and pids are limited and a task's processes can be found exactly.</summary>
    bool Enforces { get; }

    /// <summary>Makes the cgroups of a task with its limits. Idempotent.</summary>
    TaskCgroup Create(string name, in TaskLimits limits);

    /// <summary>The cgroups of a task that were made before.</summary>
    TaskCgroup Open(string name);

    /// <summary>Names of tasks that have cgroups here, to remove those that nobody owns any more.</summary>
    IReadOnlyList<string> List();

    /// <summary>Removes the agent's own folders, if no task is in them, and those of agents that are gone. <see cref="Create"/> makes them again.</summary>
    void RemoveEmptyFolders();
}
