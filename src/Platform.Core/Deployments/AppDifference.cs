using Platform.Core.Apps;

namespace Platform.Core.Deployments;

/// <summary>One app before and after a change.</summary>
/// <param name="AppId">The app's path.</param>
/// <param name="Before">The definition before; null if the app is new.</param>
/// <param name="After">The definition after; null if the app is removed.</param>
/// <param name="Restart">All instances shall be replaced, whether or not the definition differs.</param>
/// <param name="Scale">The number of instances shall be the definition's, whether or not that differs: something else, such as autoscaling, may have changed it.</param>
public sealed record AppDifference(string AppId, AppSpec? Before, AppSpec? After, bool Restart = false, bool Scale = false)
{
    /// <summary>True if instances that run must be replaced to match the new definition. A change of the number of instances, or of how a rollout is carried out and judged, is none.</summary>
    public bool ChangesInstances => Restart || (Before is not null && After is not null && Configuration(Before) != Configuration(After));

    /// <summary>It is a pod.</summary>
    public bool IsPod => (After ?? Before)?.Pod is not null;

    /// <summary>True if nothing differs.</summary>
    public bool IsEmpty => !Restart && !Scale && Before == After;

    /// <summary>
    /// What a deployment does to an app that stands before and after; null if nothing. A new configuration with 0 instances is only scaled
    /// (Marathon, <c>DeploymentPlan.dependencyOrderedSteps</c>).
    /// </summary>
    internal DeploymentActionKind? Update
    {
        get
        {
            if (After is null || IsEmpty)
                return null;
            if (After.Instances == 0 || !ChangesInstances)
                return DeploymentActionKind.Scale;
            return DeploymentActionKind.Restart;
        }
    }

    private static AppSpec Configuration(AppSpec spec)
    {
        var extension = spec.Extension is null ? null : spec.Extension with
        {
            DisruptionBudget = null,
            ProgressDeadlineSeconds = null,
            GangDeadlineSeconds = null,
            DrainSeconds = null,
            FailureBudget = null,
            Canary = null,
            Autoscaling = null,
            // Tasks that shall be given new values are launched for it.
            SecretChange = spec.Extension.SecretChange is { Mode: SecretChange.Signal } given ? given : null,
        };
        return spec with { Instances = 0, Extension = extension == NoExtension ? null : extension };
    }

    private static readonly AppExtension NoExtension = new();
}
