namespace Platform.GrainRuntime.State;

/// <summary>One write at a time: the first begins at once, those who ask meanwhile share the next. For the turns of one grain.</summary>
internal sealed class SerialWriter(Func<Task> write)
{
    private Task? _running;
    private Task? _next;

    public bool IsWriting => _running is not null;

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
