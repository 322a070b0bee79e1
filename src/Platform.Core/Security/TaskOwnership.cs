using Platform.Core.Apps;

namespace Platform.Core.Security;

/// <summary>Whose files a sandbox holds, told from the id of its task: it is there after the task has gone, when nobody else knows.</summary>
public static class TaskOwnership
{
    private const string InstanceMark = ".instance-";
    private const int RunIdLength = 19;

    /// <summary>The resource that one needs to read the files of a task: those of an app, a pod or a job by its path, those of a framework by the root's.</summary>
    /// <remarks>Names in the path of an app have no underscores; in ids of tasks those are its slashes.</remarks>
    public static string SandboxOf(string taskId) => ResourceId.Sandbox(PathOf(taskId));

    /// <summary>The resource that one needs to run commands beside a task.</summary>
    public static string ContainerOf(string taskId) => ResourceId.Container(PathOf(taskId));

    /// <summary>The path of the app, the pod or the job that a task belongs to; the root for those of frameworks.</summary>
    public static string PathOf(string taskId)
    {
        var mark = taskId.IndexOf(InstanceMark, StringComparison.Ordinal);
        if (mark > 0)
        {
            var path = "/" + taskId[..mark].Replace('_', '/');
            return AppPath.Canonical(path) == path && AppPath.HasValidNames(path) ? path : AppPath.Root;
        }
        return JobOf(taskId) is { } job ? "/" + job.Replace('.', '/') : AppPath.Root;
    }

    // job_RUN.index.attempt
    private static string? JobOf(string taskId)
    {
        var parts = taskId.Split('.');
        if (parts.Length < 3 || !parts[^1].All(char.IsAsciiDigit) || !parts[^2].All(char.IsAsciiDigit))
            return null;
        var run = string.Join('.', parts[..^2]);
        var slash = run.Length - RunIdLength - 1;
        return slash > 0 && run[slash] == '_' && run.AsSpan(slash + 1, 14).IndexOfAnyExceptInRange('0', '9') < 0 ? run[..slash] : null;
    }
}
