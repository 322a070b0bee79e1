using Platform.Client;
using Platform.Client.Events;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>Wakes those who wait for a condition whenever the control plane tells of an event, across its restarts.</summary>
internal sealed class Happenings : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task reading;
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Happenings(PlatformClient client) => reading = ReadAsync(client);

    /// <summary>
    /// Returns when the condition holds. It is looked at again after every event, and, for what shows in no event (a process, an answer of an
    /// app), four times per second. A control plane that is away counts as "does not hold yet".
    /// </summary>
    internal async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan limit, Func<string> explain)
    {
        var deadline = DateTime.UtcNow + limit;
        Exception? last = null;
        while (true)
        {
            var woken = Volatile.Read(ref next).Task;
            try
            {
                if (await holds())
                    return;
                last = null;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException
                or PlatformException { Error: PlatformError.Unavailable or PlatformError.NotFound })
            {
                last = exception;
            }

            if (DateTime.UtcNow > deadline)
                throw new TimeoutException($"{what}: not within {limit.TotalSeconds:0} s. {last?.Message} {explain()}");
            await Task.WhenAny(woken, Task.Delay(250));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task ReadAsync(PlatformClient client)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var one in client.Events.FollowAsync(new EventOptions { Opened = Wake }, stop.Token))
                    await Wake();
            }
            catch (PlatformException)
            {
                await Task.Delay(50, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        Task Wake()
        {
            Interlocked.Exchange(ref next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return Task.CompletedTask;
        }
    }
}
