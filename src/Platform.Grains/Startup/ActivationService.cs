using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Maintenance;
using Platform.Contracts.Ownership;
using Platform.Contracts.Secrets;
using Platform.Core.Apps;

namespace Platform.Grains.Startup;

/// <summary>After a start, calls everything that was there before, so that it compares its record with what is and goes on with what it was doing.</summary>
/// <remarks>The control plane serves meanwhile; a grain that is asked earlier is activated then.</remarks>
public sealed partial class ActivationService(IGrainFactory grains, TaskOwnerKinds owners, TimeProvider time, ILogger<ActivationService> logger) : BackgroundService
{
    private const int AtOnce = 256;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ActivateAllAsync(stoppingToken);

    /// <summary>Calls every grain that is listed, once; again from the beginning when a grain could not be reached.</summary>
    public async Task ActivateAllAsync(CancellationToken stoppingToken)
    {
        while (!await TryActivateAllAsync(stoppingToken))
            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> TryActivateAllAsync(CancellationToken stoppingToken)
    {
        try
        {
            var began = time.GetTimestamp();
            await grains.GetGrain<IMaintenanceGrain>(0).WakeAsync();
            await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync();
            var agents = await grains.ListAsync(DirectoryKinds.Agents, time: time);
            var reached = await CallAsync(agents, id => grains.GetGrain<IAgentGrain>(id).WakeAsync(), stoppingToken);
            var woken = 0;
            foreach (var kind in owners.All)
            {
                var ids = await kind.ListAsync(grains);
                reached &= await CallAsync(ids, id => kind.Find(grains, id).WakeAsync(), stoppingToken);
                woken += ids.Count;
            }
            // New values that nobody was told of before the crash are told now.
            await grains.GetGrain<ISecretGrain>(0).WakeAsync();
            // The one that carried a deployment out may have gone with its silo, and what it was about to order with it.
            var deployments = await grains.GetGrain<IGroupGrain>(AppPath.Root).GetDeploymentsAsync();
            reached &= await CallAsync(deployments, id => grains.GetGrain<IDeploymentGrain>(id).WakeAsync(), stoppingToken);
            LogStarted(agents.Count, woken, deployments.Count, time.GetElapsedTime(began));
            return reached;
        }
        catch (Exception failure) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(failure);
            return true;
        }
        catch (Exception failure) when (IsUnreached(failure))
        {
            LogUnreached(failure, RetryAfter);
            return false;
        }
    }

    // As long as a silo that has just died is not known to be dead, calls still go there.
    private static bool IsUnreached(Exception failure) => failure is OrleansMessageRejectionException or TimeoutException;

    private async Task<bool> CallAsync(IReadOnlyCollection<string> ids, Func<string, Task> call, CancellationToken stoppingToken)
    {
        var reached = true;
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, async (id, _) =>
        {
            try
            {
                await call(id);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure, id);
                if (IsUnreached(failure))
                    Volatile.Write(ref reached, false);
            }
        });
        return reached;
    }

    [LoggerMessage(LogLevel.Information, "Activated {Agents} agents and {Owners} owners of tasks in {Elapsed}; {Deployments} deployments go on")]
    private partial void LogStarted(int agents, int owners, int deployments, TimeSpan elapsed);

    [LoggerMessage(LogLevel.Error, "{Id} could not be activated; it is tried again when it is next called")]
    private partial void LogFailed(Exception failure, string id);

    [LoggerMessage(LogLevel.Warning, "Grains could not be reached; all are called again in {RetryAfter}")]
    private partial void LogUnreached(Exception failure, TimeSpan retryAfter);

    [LoggerMessage(LogLevel.Debug, "Stopped while grains were being activated")]
    private partial void LogStopped(Exception failure);
}
