using System.Globalization;
using Platform.Core.Collections;

namespace Platform.Core.Apps;

/// <summary>Turns measured load into a number of instances.</summary>
public static class Autoscaler
{
    /// <summary>A load that differs from its target by no more than this share changes nothing. 0.1, as in Kubernetes.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Decides.</summary>
    /// <remarks>
    /// The rule of Kubernetes' horizontal autoscaler: each target asks for ceil(current * measured per instance / target) instances, the
    /// largest number counts; on the way down the highest wish of the down window counts, on the way up the lowest of the up window; the
    /// result stays between the minimum and the maximum. As long as a target is not measured nothing is taken away. Without any load an app whose minimum is 0 goes to 0.
    /// </remarks>
    /// <param name="spec">What the app wants.</param>
    /// <param name="current">How many instances there shall be now.</param>
    /// <param name="samples">What was measured; a target without a sample has no say.</param>
    /// <param name="history">The wishes of earlier decisions, oldest first.</param>
    /// <param name="now">The instant.</param>
    public static AutoscalingDecision Decide(
        AutoscalingSpec spec, int current, IReadOnlyList<AutoscalingSample> samples, ValueList<AutoscalingWish> history, DateTimeOffset now)
    {
        var steps = new List<string>();
        var unknown = false;
        int? wished = null;
        foreach (var target in spec.Targets)
        {
            if (samples.FirstOrDefault(sample => sample.Metric == target.Name) is not { } sample || target.Value <= 0 || (sample.Measured == 0 && sample.Total <= 0))
            {
                steps.Add($"{target.Name} was not measured");
                unknown = true;
                continue;
            }
            var wish = Wish(target, sample, current, steps);
            wished = Math.Max(wished ?? 0, wish);
        }
        var longest = Math.Max(spec.ScaleDownWindowSeconds, spec.ScaleUpWindowSeconds);
        var kept = history.Where(wish => wish.At > now.AddSeconds(-longest)).ToList();
        if (wished is not { } wanted)
            return new(Clamp(spec, current, steps), kept.ToValueList(), Text(steps));

        if (unknown && wanted < current)
        {
            steps.Add($"nothing is taken away on part of the measurements: {current}");
            wanted = current;
        }
        kept.Add(new(now, wanted));
        var chosen = wanted;
        if (wanted < current)
        {
            chosen = Math.Min(current, Within(kept, now, spec.ScaleDownWindowSeconds).Max());
            if (chosen > wanted)
                steps.Add($"the highest wish of the last {Number(spec.ScaleDownWindowSeconds)} s is {chosen}");
        }
        else if (wanted > current)
        {
            chosen = Math.Max(current, Within(kept, now, spec.ScaleUpWindowSeconds).Min());
            if (chosen < wanted)
                steps.Add($"the lowest wish of the last {Number(spec.ScaleUpWindowSeconds)} s is {chosen}");
        }
        return new(Clamp(spec, chosen, steps), kept.ToValueList(), Text(steps));
    }

    private static int Wish(AutoscalingTarget target, AutoscalingSample sample, int current, List<string> steps)
    {
        // Instances that were not measured are taken to be like those that were.
        var total = sample.Measured > 0 && current > sample.Measured ? sample.Total * current / sample.Measured : sample.Total;
        var ratio = current > 0 ? total / (current * target.Value) : double.PositiveInfinity;
        var near = current > 0 && Math.Abs(ratio - 1) <= Tolerance;
        var wish = near ? current : (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Round(total / target.Value, 6)));
        steps.Add(near
            ? $"{target.Name}: {Number(total)} / {Number(target.Value)} is within {Tolerance:P0} of {current}"
            : $"{target.Name}: ceil({Number(total)} / {Number(target.Value)}) = {wish}");
        return wish;
    }

    private static IEnumerable<int> Within(List<AutoscalingWish> wishes, DateTimeOffset now, double seconds) =>
        wishes.Where(wish => wish.At == now || wish.At > now.AddSeconds(-seconds)).Select(wish => wish.Instances);

    private static int Clamp(AutoscalingSpec spec, int instances, List<string> steps)
    {
        var clamped = Math.Clamp(instances, spec.Min, Math.Max(spec.Min, spec.Max));
        if (clamped != instances)
            steps.Add($"between {spec.Min} and {spec.Max}: {clamped}");
        return clamped;
    }

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Text(List<string> steps) => string.Join("; ", steps);
}
