using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Contracts.Apps;
using Platform.Core.Groups;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>Gives instances to apps and pods that have none, because a request or a connection came for them. It is a change of the app like any other, and passes the same gate.</summary>
public sealed partial class AppWaker
{
    private readonly IGrainFactory _grains;
    private readonly AuditLog _audit;
    private readonly ILogger<AppWaker> _logger;

    internal AppWaker(IGrainFactory grains, AuditLog audit, ILogger<AppWaker> logger) => (_grains, _audit, _logger) = (grains, audit, logger);

    /// <summary>Wakes the app that a service is, as its labels say. False: it does not sleep, or nobody is to wake it.</summary>
    /// <param name="directory">What is known of services.</param>
    /// <param name="service">The service.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> WakeServiceAsync(ServiceDirectory directory, string service, CancellationToken cancellationToken)
    {
        var sleepers = directory.Find(service)?.Endpoints.SelectMany(endpoint => Enumerable.Range(0, endpoint.Ports.Count).Select(port => Sleeper.Of(endpoint, port, service))).OfType<Sleeper>() ?? [];
        if (sleepers.MaxBy(sleeper => sleeper.Instances) is not { } most)
            return false;
        await WakeAsync(most.AppId, most.Instances, cancellationToken);
        return true;
    }

    /// <summary>Scales an app without instances to so many. An app that has some, or is being changed, is left as it is.</summary>
    /// <param name="appId">The app's path.</param>
    /// <param name="instances">How many it gets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WakeAsync(string appId, int instances, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var groups = _grains.GetGrain<IGroupGrain>("/");
        if ((await groups.GetAppsAsync(appId))?.Find(appId) is not { Spec.Instances: 0 } standing)
            return;
        await _audit.WriteAsync(new() { At = _audit.Now, Event = "asked", Who = "ingress", What = $"WAKE {appId} {instances}" });
        var result = await groups.ChangeAsync(new ChangeSet
        {
            Apps = [new AppChange { AppId = appId, Kind = AppChangeKind.Put, Spec = standing.Spec with { Instances = instances }, ExpectedVersion = standing.Version, IsPod = standing.Spec.Pod is not null }],
        });
        if (result.Outcome == ChangeOutcome.Accepted)
            LogWoken(appId, instances, result.DeploymentId);
        else
            LogNotWoken(appId, result.Outcome);
    }

    [LoggerMessage(LogLevel.Information, "A request wakes {AppId}: {Instances} instances by deployment {DeploymentId}")]
    private partial void LogWoken(string appId, int instances, string deploymentId);

    [LoggerMessage(LogLevel.Information, "A request could not wake {AppId}: {Outcome}")]
    private partial void LogNotWoken(string appId, ChangeOutcome outcome);
}
