using Microsoft.Extensions.Logging;
using Platform.Agent.Sandboxes;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tasks;

/// <summary>What is done for running tasks once a second.</summary>
internal static class TaskUpkeep
{
    /// <summary>Rotates output that has grown, and ends tasks that lost a process to their memory limit.</summary>
    public static void RotateAndWatchMemory(TaskTable tasks, AgentOptions options, TimeProvider time, ILogger logger)
    {
        foreach (var task in tasks.Tasks.Where(t => t.Running is not null))
        {
            foreach (var file in (string[])["stdout", "stderr"])
                Rotate(Path.Combine(task.Sandbox, file), options, logger);
            // As in Mesos the whole task ends.
            if (task.Running?.IsOutOfMemory == true)
            {
                task.Kill(new KillOrder
                {
                    State = TaskState.Failed,
                    Reason = TaskReasons.MemoryLimit,
                    Message = $"Memory limit exceeded: {task.Spec.MemoryLimit ?? task.Spec.Resources.Scalar(ResourceNames.Mem):0.###} MB",
                    At = time.GetUtcNow(),
                });
            }
        }
    }

    private static void Rotate(string file, AgentOptions options, ILogger logger)
    {
        try
        {
            LogRotation.Rotate(file, options.LogRotateSize, options.LogRotateCount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning("{File} cannot be rotated: {Reason}", file, e.Message);
        }
    }
}
