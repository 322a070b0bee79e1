using Platform.Core.Collections;
using Platform.Core.Ownership;
using Platform.Core.Placement;
using Platform.Core.Pods;

namespace Platform.Core.Apps;

/// <summary>Builds the tasks of one definition's instances: what all of them share is made once.</summary>
/// <param name="target">The definition.</param>
public abstract class InstanceTemplate(AppTarget target)
{
    /// <summary>The definition.</summary>
    public AppTarget Target { get; } = target;

    /// <summary>The template of an app or of a pod.</summary>
    /// <param name="target">The definition.</param>
    /// <param name="owner">The owner text of the app.</param>
    /// <param name="secrets">The values of the secrets by the names that the definition uses; one that is missing makes every build fail.</param>
    /// <param name="options">What the site has set.</param>
    public static InstanceTemplate For(AppTarget target, string owner, ValueMap<string> secrets, TaskTemplate.Options? options = null) =>
        target.Spec.Pod is null ? new TaskTemplate(target, owner, secrets, options) : new PodTemplate(target, owner, secrets, options);

    /// <summary>Builds the tasks of an instance.</summary>
    /// <param name="instance">The instance as recorded.</param>
    /// <param name="fromReserved">The part of its resources that comes from reservations.</param>
    public abstract TaskBuild Build(InstanceState instance, IReadOnlyCollection<ReservedAmounts> fromReserved);
}
