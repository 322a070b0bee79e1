namespace Platform.Contracts.Agents;

/// <summary>Owner texts of apps and jobs. The grain behind any owner text is found by <see cref="Ownership.TaskOwnerKinds"/>.</summary>
public static class TaskOwners
{
    private const string AppPrefix = "app:";
    private const string JobPrefix = "job:";

    /// <summary>The owner text of an app.</summary>
    public static string OfApp(string appId) => AppPrefix + appId;

    /// <summary>The app behind an owner text; null if the owner is no app.</summary>
    public static string? AppOf(string owner) => owner.StartsWith(AppPrefix, StringComparison.Ordinal) ? owner[AppPrefix.Length..] : null;

    /// <summary>The owner text of containers that operators have agents run without a task; no grain owns them.</summary>
    public const string Operator = "operator";

    /// <summary>The id of the task that a container of an operator is on its agent: another one each time that it is launched.</summary>
    public static string TaskOfContainer(string container, Guid launch) => $"{container}.{launch:N}";

    /// <summary>The container behind such an id; its name has no dots.</summary>
    public static string ContainerOf(string taskId) => taskId[..Math.Max(0, taskId.LastIndexOf('.'))];

    /// <summary>The owner text of a job.</summary>
    public static string OfJob(string jobId) => JobPrefix + jobId;

    /// <summary>The job behind an owner text; null if the owner is no job.</summary>
    public static string? JobOf(string owner) => owner.StartsWith(JobPrefix, StringComparison.Ordinal) ? owner[JobPrefix.Length..] : null;
}
