using Microsoft.Extensions.Hosting;
using Platform.Contracts.Metrics;

namespace Platform.Dashboard.Hosting;

/// <summary>Sees to it that the cluster is measured also while nobody looks: wakes the grain that does it, after a start and after the loss of a silo.</summary>
internal sealed class MetricsWaker(IGrainFactory grains, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // After everything that matters more at a start.
        using var timer = new PeriodicTimer(Interval, time);
        await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            grains.GetGrain<IMetricsGrain>(0).WakeAsync().Ignore();
            try
            {
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
