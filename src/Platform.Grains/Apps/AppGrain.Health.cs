using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Deployments;

namespace Platform.Grains.Apps;

/// <summary>Tells of the app's health checks.</summary>
public sealed partial class AppGrain
{
    private const string HealthChecksBegin = "add_health_check_event";
    private const string HealthChecksEnd = "remove_health_check_event";

    /// <summary>Checks of a configuration begin when it becomes the one to reach, and are over when it is neither that nor the one to go back to.</summary>
    private void TellChecks(AppVersion target, DateTimeOffset now)
    {
        var config = target.LastConfigChangeAt;
        if (_target?.ConfigVersion == config)
            return;
        if (_previous?.ConfigVersion != config)
            _events.AddRange(HealthEvents.Checks(HealthChecksBegin, TargetOf(target)!, now));
        if (_target is not null && _previous is not null)
            _events.AddRange(HealthEvents.Checks(HealthChecksEnd, _target, now));
    }

    /// <summary>With the order the definition before it is gone, and with a stop the app.</summary>
    private void TellEndOfChecks(DeploymentActionKind ended, DateTimeOffset now)
    {
        if (_previous is not null)
            _events.AddRange(HealthEvents.Checks(HealthChecksEnd, _previous, now));
        if (ended == DeploymentActionKind.Stop && _target is not null)
            _events.AddRange(HealthEvents.Checks(HealthChecksEnd, _target, now));
    }

    /// <summary>The definition that an instance was made from; null if it is kept no longer.</summary>
    private AppSpec? SpecOf(InstanceState instance) =>
        instance.ConfigVersion == _target?.ConfigVersion ? _target.Spec
        : instance.ConfigVersion == _previous?.ConfigVersion ? _previous.Spec
        : _versions.Items.GetValueOrDefault(instance.Version)?.Spec;
}
