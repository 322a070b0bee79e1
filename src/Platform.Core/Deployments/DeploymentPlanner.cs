using Platform.Core.Collections;

namespace Platform.Core.Deployments;

/// <summary>Builds the plan of a change, as Marathon does (<c>core/deployment/DeploymentPlan.scala</c>).</summary>
public static class DeploymentPlanner
{
    /// <summary>
    /// The steps: removed apps are stopped, new apps are made known with 0 instances, then new and changed apps are scaled or restarted, those
    /// that others depend on first. The actions of a step run at the same time; a step without actions is left out.
    /// </summary>
    /// <param name="differences">The apps that change; those that do not differ are ignored.</param>
    /// <param name="level">The length of the longest chain of dependencies below an app; asked only if more than one app is updated.</param>
    public static DeploymentPlan Plan(IReadOnlyCollection<AppDifference> differences, Func<string, int> level)
    {
        var steps = new List<DeploymentStep>();
        Add(steps, differences.Where(difference => difference.After is null && difference.Before is not null)
            .Select(difference => new DeploymentAction(DeploymentActionKind.Stop, difference.AppId, difference.IsPod)));
        Add(steps, differences.Where(difference => difference.Before is null && difference.After is not null)
            .Select(difference => new DeploymentAction(DeploymentActionKind.Start, difference.AppId, difference.IsPod)));

        var updates = differences
            .Where(difference => difference.Update is not null)
            .Select(difference => new DeploymentAction(difference.Update!.Value, difference.AppId, difference.IsPod))
            .ToList();
        if (updates.Count <= 1)
            Add(steps, updates);
        else
            foreach (var group in updates.GroupBy(update => level(update.AppId)).OrderBy(group => group.Key))
                Add(steps, group);
        return new(steps.ToValueList());
    }

    private static void Add(List<DeploymentStep> steps, IEnumerable<DeploymentAction> actions)
    {
        var sorted = actions.OrderBy(action => action.AppId, StringComparer.Ordinal).ToValueList();
        if (!sorted.IsEmpty)
            steps.Add(new(sorted));
    }
}
