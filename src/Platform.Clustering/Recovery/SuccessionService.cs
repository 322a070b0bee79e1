using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Grains.Startup;

namespace Platform.Clustering.Recovery;

/// <summary>
/// When a silo of the cluster has died, calls every grain, so that those that were on it go on elsewhere at once: their timers died with it,
/// and nobody else may have a reason to call them.
/// </summary>
public sealed partial class SuccessionService(ISiloStatusOracle silos, ActivationService activation, ILogger<SuccessionService> logger)
    : BackgroundService, ISiloStatusListener
{
    // One place: several silos that die together need one round.
    private readonly Channel<SiloAddress> _dead = Channel.CreateBounded<SiloAddress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status == SiloStatus.Dead)
            _dead.Writer.TryWrite(updatedSilo);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        silos.SubscribeToSiloStatusEvents(this);
        try
        {
            await foreach (var dead in _dead.Reader.ReadAllAsync(stoppingToken))
            {
                if (!IsFirst())
                    continue;
                LogDied(dead);
                await activation.ActivateAllAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The other silos see to it.
        }
        finally
        {
            silos.UnSubscribeFromSiloStatusEvents(this);
        }
    }

    // One of those that are left is enough.
    private bool IsFirst() => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Min()?.Equals(silos.SiloAddress) ?? true;

    [LoggerMessage(LogLevel.Warning, "Silo {Silo} has died: its grains go on elsewhere")]
    private partial void LogDied(SiloAddress silo);
}
