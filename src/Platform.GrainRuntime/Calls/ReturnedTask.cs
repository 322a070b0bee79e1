namespace Platform.GrainRuntime.Calls;

/// <summary>Brings what grain methods may return to one type.</summary>
internal static class ReturnedTask
{
    public static ValueTask<T> Adapt<T>(Task<T>? task) => task is null ? default : new ValueTask<T>(task);

    public static ValueTask<T> Adapt<T>(ValueTask<T> task) => task;

    public static ValueTask<Unit> Adapt(Task? task) => task is null || task.IsCompletedSuccessfully ? default : AwaitAsync(task);

    public static ValueTask<Unit> Adapt(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            return AwaitAsync(task.AsTask());
        }

        // Gives a pooled source back.
        task.GetAwaiter().GetResult();
        return default;
    }

    private static async ValueTask<Unit> AwaitAsync(Task task)
    {
        await task;
        return default;
    }
}
