using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Recovery;

namespace Platform.Grains.Recovery;

/// <summary>Calls grains whose activation ended because a write failed, until they stand again: timers ended with the activation, and nobody else may have a reason to call.</summary>
public sealed partial class GrainWaker(IGrainFactory grains, TimeProvider time, ILogger<GrainWaker> logger) : BackgroundService, IFailedWrites
{
    /// <summary>How soon a grain is woken, and how often until it stands. 0.5 s.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<GrainId, bool> _asleep = [];
    private readonly Channel<GrainId> _ended = Channel.CreateUnbounded<GrainId>();

    /// <inheritdoc/>
    public void Failed(GrainId grain, Exception failure)
    {
        LogEnded(failure, grain);
        if (_asleep.TryAdd(grain, true))
            _ended.Writer.TryWrite(grain);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var grain in _ended.Reader.ReadAllAsync(stoppingToken))
                _ = WakeAsync(grain, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is stored is there at the next start.
        }
    }

    private async Task WakeAsync(GrainId grain, CancellationToken stoppingToken)
    {
        do
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            // What fails from here on is another failure.
            _asleep.TryRemove(grain, out _);
            try
            {
                await grains.GetGrain<IWakeable>(grain).WakeAsync();
                return;
            }
            catch (InvalidCastException)
            {
                // It is no IWakeable; it was activated for the call all the same.
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogStillDown(failure, grain, Pause);
            }
        }
        while (_asleep.TryAdd(grain, true));
    }

    [LoggerMessage(LogLevel.Warning, "Grain {Grain} ended because a write failed; it is woken")]
    private partial void LogEnded(Exception failure, GrainId grain);

    [LoggerMessage(LogLevel.Warning, "Grain {Grain} does not stand yet; it is woken again in {Pause}")]
    private partial void LogStillDown(Exception failure, GrainId grain, TimeSpan pause);
}
