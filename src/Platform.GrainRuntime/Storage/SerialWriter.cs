namespace Platform.GrainRuntime.Storage;

/// <summary>One write at a time: the first begins at once, those who ask meanwhile share the next. For the turns of one grain.</summary>
/// <param name="write">Writes everything that is staged.</param>
public sealed class SerialWriter(Func<Task> write)
{
    private Task? _running;
    private Task? _next;

    /// <summary>Whether a write is under way.</summary>
    public bool IsWriting => _running is not null;

    /// <summary>Done when a write that began after this call is done.</summary>
    public Task WriteAsync()
    {
        if (_running is null)
        {
            return Start();
        }

        return _next ??= AfterAsync(_running);
    }

    private Task Start()
    {
        var task = write();
        if (!task.IsCompleted)
        {
            _running = task = RunAsync(task);
        }

        return task;
    }

    private async Task RunAsync(Task task)
    {
        try
        {
            await task;
        }
        finally
        {
            _running = null;
        }
    }

    private async Task AfterAsync(Task previous)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        _next = null;
        await WriteAsync();
    }
}
