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

    /// <summary>The owner text of a job.</summary>
    public static string OfJob(string jobId) => JobPrefix + jobId;

    /// <summary>The job behind an owner text; null if the owner is no job.</summary>
    public static string? JobOf(string owner) => owner.StartsWith(JobPrefix, StringComparison.Ordinal) ? owner[JobPrefix.Length..] : null;
}
