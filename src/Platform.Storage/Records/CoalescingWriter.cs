namespace Platform.Storage.Records;

/// <summary>
/// Lets many interleaved calls of one grain share writes: everyone who asks while a write runs shares the next one. Use it in a
/// [Reentrant] grain, so that the grain persists once for all that its mailbox holds and each call is acknowledged after the write
/// that covers it. Not thread-safe: it lives on the turns of its grain.
/// </summary>
/// <param name="write">Writes everything the grain changed so far.</param>
public sealed class CoalescingWriter(Func<Task> write)
{
    private Task? _running;
    private Task? _next;

    /// <summary>Done when a write that began after this call is done; fails when that write fails.</summary>
    public Task WriteAsync()
    {
        if (_next is not null)
        {
            return _next;
        }

        return _next = RunNextAsync(_running);
    }

    private async Task RunNextAsync(Task? previous)
    {
        if (previous is null)
        {
            // The calls already in the mailbox get their turn first, and so join this write.
            await Task.Yield();
        }
        else
        {
            // A failure belongs to those who waited for that write.
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        var mine = _next;
        _running = mine;
        _next = null;
        try
        {
            await write();
        }
        finally
        {
            if (_running == mine)
            {
                _running = null;
            }
        }
    }
}
