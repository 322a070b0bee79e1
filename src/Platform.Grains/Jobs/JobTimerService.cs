using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Events;
using Platform.Contracts.Jobs;
using Platform.Core.Schedules;

namespace Platform.Grains.Jobs;

/// <summary>
/// Calls the timers of jobs, the gate of their definitions and what watches events and files from the start on and every few seconds, so that one whose silo or write
/// has failed works again. And tells when the clock of this machine jumps.
/// </summary>
public sealed partial class JobTimerService(IGrainFactory grains, TimeProvider time, ILogger<JobTimerService> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private DateTimeOffset _clock;
    private long _timer;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Here and not in what runs beside the start: a clock that is set just after it is told of too.
        (_clock, _timer) = (time.GetUtcNow(), time.GetTimestamp());
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(await TryCallAsync(stoppingToken) ? Period : RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var (now, timerNow) = (time.GetUtcNow(), time.GetTimestamp());
            if (ClockJump.Between(now - _clock, time.GetElapsedTime(_timer, timerNow)) is { } jump)
                await TellAsync(jump, now);
            (_clock, _timer) = (now, timerNow);
        }
    }

    private async Task TellAsync(TimeSpan jump, DateTimeOffset now)
    {
        var message = ClockJump.Describe(jump);
        LogJumped(message);
        try
        {
            await grains.GetGrain<IEventLogGrain>(0).AppendAsync([new() { Timestamp = now, What = new ClockJumped(Environment.MachineName, jump, message) }]);
        }
#pragma warning disable CA1031 // It is in the log of this process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogUnreached(failure);
        }
    }

    private async Task<bool> TryCallAsync(CancellationToken stoppingToken)
    {
        try
        {
            var calls = Enumerable.Range(0, JobTimers.Shards).Select(shard => grains.GetGrain<IJobTimerGrain>(shard).WakeAsync());
            await Task.WhenAll([.. calls, grains.GetGrain<IJobGraphGrain>(0).WakeAsync(), grains.GetGrain<IJobTriggerGrain>(0).WakeAsync(), grains.GetGrain<IFileWatchGrain>(0).WakeAsync()]);
            return true;
        }
#pragma warning disable CA1031 // Whatever it was, it is tried again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!stoppingToken.IsCancellationRequested)
                LogUnreached(failure);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Jobs: {Message}")]
    private partial void LogJumped(string message);

    [LoggerMessage(LogLevel.Warning, "Timers of jobs could not be reached; they are called again")]
    private partial void LogUnreached(Exception failure);
}
