using Microsoft.Extensions.Logging;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>Ends tasks whose sandboxes have grown beyond the disk that they asked for, as Mesos' <c>disk/du</c> does when it enforces.</summary>
/// <remarks>Links are passed over: a volume is one, and has a size of its own. A task that asked for no disk is not limited.</remarks>
internal sealed class DiskWatch(TaskTable tasks, TimeProvider time, ILogger logger)
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Measures the sandboxes of all running tasks once.</summary>
    public void Measure()
    {
        foreach (var task in tasks.Tasks.Where(task => task.Running is not null))
        {
            const double Megabyte = 1024 * 1024;
            var limit = task.Spec.Resources.Scalar(ResourceNames.Disk);
            if (limit <= 0)
                continue;
            var used = SizeOf(task.Sandbox) / Megabyte;
            if (used <= limit)
                continue;
            logger.LogWarning("Task {TaskId} has {Used} MB in its sandbox and may have {Limit}", task.Spec.TaskId, used, limit);
            task.Kill(new KillOrder
            {
                State = TaskState.Failed,
                Reason = TaskReasons.DiskLimit,
                Message = FormattableString.Invariant($"Disk limit exceeded: {used:0.#} MB in the sandbox, {limit:0.###} MB were asked for"),
                GraceSeconds = task.Spec.KillGraceSeconds,
                At = time.GetUtcNow(),
            });
        }
    }

    private static long SizeOf(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).EnumerateFiles("*", All).Sum(Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // It may be gone since it was listed.
    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
