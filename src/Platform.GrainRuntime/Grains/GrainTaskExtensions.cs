namespace Platform.GrainRuntime;

/// <summary>Tasks that nobody awaits.</summary>
public static class GrainTaskExtensions
{
    /// <summary>Says that the outcome is of no interest, a failure neither. Orleans has the same.</summary>
    public static void Ignore(this Task task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            _ = task.ContinueWith(
                static ended => ended.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }
}
