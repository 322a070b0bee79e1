using System.Globalization;

namespace Platform.Core.Apps;

/// <summary>How many new instances a rollout may have now, and how many old ones it keeps.</summary>
/// <param name="NewInstances">So many new instances.</param>
/// <param name="OldKept">So many old ones stay beside them.</param>
/// <param name="Open">No step holds the rollout back.</param>
internal readonly record struct CanaryGate(int NewInstances, int OldKept, bool Open)
{
    /// <summary>The gate of the step that the rollout has reached.</summary>
    public static CanaryGate Of(AppTarget target, RolloutState rollout, int wanted)
    {
        if (target.Spec.Extension?.Canary is not { } canary || rollout.SkipCanary)
            return new(wanted, 0, true);
        if (rollout.CanaryStep >= canary.StepCount)
            return new(wanted, 0, true);
        if (canary.BlueGreen)
            return new(canary.Steps.IsEmpty ? wanted : InstancesOf(canary.Steps[rollout.CanaryStep], wanted), wanted, false);
        var instances = InstancesOf(canary.Steps[rollout.CanaryStep], wanted);
        return new(instances, wanted - instances, false);
    }

    /// <summary>A count such as <c>2</c>, or a share such as <c>10%</c> of the wanted instances, at least one of them.</summary>
    private static int InstancesOf(string step, int wanted)
    {
        var text = step.AsSpan().Trim();
        if (text.EndsWith("%") && double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent))
            return Math.Clamp((int)Math.Ceiling(Math.Round(wanted * percent / 100, 6)), Math.Min(1, wanted), wanted);
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count)
            ? Math.Clamp(count, Math.Min(1, wanted), wanted)
            : wanted;
    }
}
