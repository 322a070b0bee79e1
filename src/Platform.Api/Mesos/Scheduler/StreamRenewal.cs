using Platform.Contracts.Frameworks;

namespace Platform.Api.Mesos.Scheduler;

/// <summary>Signs of life of a scheduler's stream to its grain.</summary>
internal static class StreamRenewal
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Asks every two seconds whether the grain still knows the stream, and whether all that it sent came.</summary>
    /// <param name="framework">The grain.</param>
    /// <param name="streamId">The stream.</param>
    /// <param name="received">How many messages came on it.</param>
    /// <param name="reference">The stream as the grain knows it.</param>
    /// <param name="lost">The stream has to end.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ended">Ends it.</param>
    public static async Task RunAsync(
        IFrameworkGrain framework, string streamId, Func<long> received, IFrameworkStream reference, Action lost, TimeProvider time, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, ended);
                if (!await framework.RenewAsync(streamId, received(), reference))
                    lost();
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is TimeoutException or SiloUnavailableException or StorageException or OperationCanceledException)
            {
                // The grain is on its way to another silo: it is asked again.
            }
        }
    }
}
