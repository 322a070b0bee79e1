using System.Globalization;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Rules for what Marathon does not have that need to know the whole of an app or pod.</summary>
internal static class ExtensionRules
{
    /// <param name="app">The app or pod.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <param name="problems">Where problems go.</param>
    public static void Check(AppSpec app, string path, JsonProblems problems)
    {
        if (app.Extension is not { } extension)
            return;
        if (extension is { System: true, Gang: true })
            problems.Rule(path + "/platform/gang", "is not possible for a system app: its instances come with their agents, one by one");
        if (extension is { System: true, Autoscaling: not null })
            problems.Rule(path + "/platform/autoscaling", "is not possible for a system app: it has an instance on each agent");
        CheckTargets(app, extension.Autoscaling?.Targets ?? default, path + "/platform/autoscaling/targets", problems);
    }

    /// <summary>Steps that are new, or were changed, must lead up to the instances that there shall be. What stood before stays: an app is scaled without its canary being written anew.</summary>
    /// <param name="app">The app or pod.</param>
    /// <param name="standing">The one that it replaces, or null.</param>
    /// <param name="at">Where the canary stands in the request.</param>
    /// <param name="problems">Where problems go.</param>
    public static void CheckCanary(AppSpec app, AppSpec? standing, string at, JsonProblems problems)
    {
        if (app.Extension?.Canary is not { } canary || canary == standing?.Extension?.Canary)
            return;
        for (var i = 0; i < canary.Steps.Count; i++)
        {
            var (amount, isShare) = Amount(canary.Steps[i]);
            if (!isShare && app.Instances > 0 && amount > app.Instances)
                problems.Rule($"{at}/steps({i})", $"must not be more than the {app.Instances} instances that there shall be");
            if (i == 0)
                continue;
            var (before, wasShare) = Amount(canary.Steps[i - 1]);
            // A count and a share can be compared only by what they come to; rounded up, they may come to the same.
            if (isShare == wasShare ? amount <= before : canary.InstancesOf(i, app.Instances) < canary.InstancesOf(i - 1, app.Instances))
                problems.Rule($"{at}/steps({i})", "must be more than the step before");
        }
    }

    private static (double Amount, bool IsShare) Amount(string step)
    {
        var isShare = step.EndsWith('%');
        return (double.Parse(isShare ? step[..^1] : step, NumberStyles.Float, CultureInfo.InvariantCulture), isShare);
    }

    // Load that the agent measures needs no port; what the task itself tells is read from one of its ports, or from one of another app.
    private static void CheckTargets(AppSpec app, Core.Collections.ValueList<AutoscalingTarget> targets, string at, JsonProblems problems)
    {
        var ports = app.Pod is { } pod ? AppPorts.Endpoints(pod).Count()
            : AppPorts.UsesMappings(app) ? app.Container!.PortMappings.Count
            : app.PortDefinitions.Count;
        for (var i = 0; i < targets.Count; i++)
        {
            if (targets[i] is { IsMeasuredByAgent: false, App: null } target && target.PortIndex >= ports)
                problems.Rule($"{at}({i})/portIndex", ports == 0 ? "the app has no ports" : $"must be an index of the app's ports, 0 to {ports - 1}");
        }
    }
}
