using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Core.Apps;

namespace Platform.Grains.Startup;

/// <summary>After a start, calls everything that was there before, so that it compares its record with what is and goes on with what it was doing.</summary>
/// <remarks>The control plane serves meanwhile; a grain that is asked earlier is activated then.</remarks>
public sealed partial class ActivationService(IGrainFactory grains, TimeProvider time, ILogger<ActivationService> logger) : BackgroundService
{
    private const int AtOnce = 256;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var began = time.GetTimestamp();
            await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync();
            var agents = await grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Agents).ListAsync();
            await CallAsync(agents, id => grains.GetGrain<IAgentGrain>(id).GetStatusAsync(), stoppingToken);
            var apps = await grains.GetGrain<IDirectoryGrain>(DirectoryKinds.Apps).ListAsync();
            await CallAsync(apps, id => grains.GetGrain<IAppGrain>(id).GetStatusAsync(), stoppingToken);
            var deployments = await grains.GetGrain<IGroupGrain>(AppPath.Root).GetDeploymentsAsync();
            LogStarted(agents.Count, apps.Count, deployments.Count, time.GetElapsedTime(began));
        }
        catch (Exception failure) when (stoppingToken.IsCancellationRequested)
        {
            LogStopped(failure);
        }
    }

    private async Task CallAsync(IReadOnlyCollection<string> ids, Func<string, Task> call, CancellationToken stoppingToken) =>
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, async (id, _) =>
        {
            try
            {
                await call(id);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(failure, id);
            }
        });

    [LoggerMessage(LogLevel.Information, "Activated {Agents} agents and {Apps} apps in {Elapsed}; {Deployments} deployments go on")]
    private partial void LogStarted(int agents, int apps, int deployments, TimeSpan elapsed);

    [LoggerMessage(LogLevel.Error, "{Id} could not be activated; it is tried again when it is next called")]
    private partial void LogFailed(Exception failure, string id);

    [LoggerMessage(LogLevel.Debug, "Stopped while grains were being activated")]
    private partial void LogStopped(Exception failure);
}
