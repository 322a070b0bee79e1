using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Contracts.Apps;

namespace Platform.Api.Registry;

/// <summary>Gives instances to apps that have none, because a request came for them. It is a change of the app like any other, and passes the same gate.</summary>
public sealed partial class AppWaker
{
    private readonly IGrainFactory _grains;
    private readonly AuditLog _audit;
    private readonly ILogger<AppWaker> _logger;

    internal AppWaker(IGrainFactory grains, AuditLog audit, ILogger<AppWaker> logger) => (_grains, _audit, _logger) = (grains, audit, logger);

    /// <summary>Scales an app without instances to so many. An app that has some, or is being changed, is left as it is.</summary>
    /// <param name="appId">The app's path.</param>
    /// <param name="instances">How many it gets.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WakeAsync(string appId, int instances, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var groups = _grains.GetGrain<IGroupGrain>("/");
        if ((await groups.GetAppsAsync(appId))?.Find(appId) is not { Spec: { Instances: 0, Pod: null } } standing)
            return;
        await _audit.WriteAsync(new() { At = _audit.Now, Event = "asked", Who = "ingress", What = $"WAKE {appId} {instances}" });
        var result = await groups.ChangeAsync(new ChangeSet
        {
            Apps = [new AppChange { AppId = appId, Kind = AppChangeKind.Put, Spec = standing.Spec with { Instances = instances }, ExpectedVersion = standing.Version }],
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
