using System.Globalization;
using Platform.Core.Apps;

namespace Platform.Core.Groups;

/// <summary>What the definitions in a group come to.</summary>
/// <param name="Apps">Apps and pods.</param>
/// <param name="Instances">Their instances.</param>
/// <param name="Cpus">Cpus of all instances.</param>
/// <param name="Mem">Memory, MB.</param>
/// <param name="Disk">Disk, MB.</param>
/// <param name="Gpus">GPUs.</param>
[GenerateSerializer, Immutable, Alias("Platform.GroupUse")]
public readonly record struct GroupUse(
    [property: Id(0)] long Apps, [property: Id(1)] long Instances, [property: Id(2)] decimal Cpus, [property: Id(3)] decimal Mem, [property: Id(4)] decimal Disk, [property: Id(5)] long Gpus)
{
    /// <summary>What one definition comes to.</summary>
    public static GroupUse Of(AppSpec spec)
    {
        // What it may grow to by itself counts from the beginning: nobody is asked then.
        long instances = Math.Max(spec.Instances, spec.Extension?.Autoscaling?.Max ?? 0);
        if (spec.Pod is not { } pod)
            return new(1, instances, (decimal)spec.Cpus * instances, (decimal)spec.Mem * instances, (decimal)spec.Disk * instances, spec.Gpus * instances);
        var (cpus, mem, disk, gpus) = (0m, 0m, 0m, 0L);
        foreach (var container in pod.Containers)
            (cpus, mem, disk, gpus) = (cpus + (decimal)container.Cpus, mem + (decimal)container.Mem, disk + (decimal)container.Disk, gpus + container.Gpus);
        return new(1, instances, cpus * instances, mem * instances, disk * instances, gpus * instances);
    }

    /// <summary>Both together.</summary>
    public static GroupUse operator +(GroupUse left, GroupUse right) =>
        new(left.Apps + right.Apps, left.Instances + right.Instances, left.Cpus + right.Cpus, left.Mem + right.Mem, left.Disk + right.Disk, left.Gpus + right.Gpus);

    /// <summary>What of this is beyond a limit and was less before: each a sentence. What is beyond it already may stay, and become less.</summary>
    /// <param name="group">The group, for the sentences.</param>
    /// <param name="limit">Its limit.</param>
    /// <param name="before">What it came to before.</param>
    public IEnumerable<string> Beyond(string group, GroupLimit limit, GroupUse before)
    {
        (string Name, decimal? Most, decimal After, decimal Before)[] amounts =
        [
            ("apps and pods", limit.Apps, Apps, before.Apps),
            ("instances", limit.Instances, Instances, before.Instances),
            ("cpus", (decimal?)limit.Cpus, Cpus, before.Cpus),
            ("MB of memory", (decimal?)limit.Mem, Mem, before.Mem),
            ("MB of disk", (decimal?)limit.Disk, Disk, before.Disk),
            ("gpus", limit.Gpus, Gpus, before.Gpus),
        ];
        foreach (var (name, most, after, earlier) in amounts)
        {
            if (after > most && after > earlier)
                yield return string.Create(CultureInfo.InvariantCulture, $"Group {group} may have {most:0.###} {name} and would have {after:0.###}");
        }
    }
}
