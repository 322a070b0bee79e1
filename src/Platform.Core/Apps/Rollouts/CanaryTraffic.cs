using Platform.Core.Deployments;

namespace Platform.Core.Apps;

/// <summary>How much of the traffic instances get while a rollout with canary steps goes on.</summary>
public static class CanaryTraffic
{
    /// <summary>The share, in percent, that all instances of a configuration get together; null: they share what is left like all others.</summary>
    /// <param name="configVersion">The configuration of the instances.</param>
    /// <param name="target">What the rollout goes to.</param>
    /// <param name="previous">What it comes from, or what was given up for it.</param>
    /// <param name="order">The order that is carried out; null: none.</param>
    /// <param name="rollout">How far it is.</param>
    public static double? ShareOf(string configVersion, AppTarget? target, AppTarget? previous, ActiveOrder? order, RolloutState rollout)
    {
        if (order is not { Kind: DeploymentActionKind.Restart })
            return null;
        // On the way back: nobody is sent to what was tried and given up.
        if (rollout.SkipCanary)
            return configVersion == previous?.ConfigVersion && previous.Spec.Extension?.Canary is not null ? 0 : null;
        return configVersion == target?.ConfigVersion && target.Spec.Extension?.Canary is { } canary && rollout.CanaryStep < canary.StepCount
            ? canary.TrafficOf(rollout.CanaryStep)
            : null;
    }
}
