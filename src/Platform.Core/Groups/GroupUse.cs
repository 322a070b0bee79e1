using System.Globalization;
using Platform.Core.Apps;
using Platform.Core.Jobs;

namespace Platform.Core.Groups;

/// <summary>What the definitions in a group come to.</summary>
/// <param name="Apps">Apps and pods.</param>
/// <param name="Instances">Their instances, and the tasks that jobs have at a time.</param>
/// <param name="Cpus">Cpus of all instances.</param>
/// <param name="Mem">Memory, MB.</param>
/// <param name="Disk">Disk, MB.</param>
/// <param name="Gpus">GPUs.</param>
/// <param name="Jobs">Jobs.</param>
[GenerateSerializer, Immutable, Alias("Platform.GroupUse")]
public readonly record struct GroupUse(
    [property: Id(0)] long Apps, [property: Id(1)] long Instances, [property: Id(2)] decimal Cpus, [property: Id(3)] decimal Mem, [property: Id(4)] decimal Disk, [property: Id(5)] long Gpus, [property: Id(6)] long Jobs = 0)
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

    /// <summary>What one job comes to: the tasks that one of its runs has at a time.</summary>
    /// <remarks>That is all that a job may ask for which forbids, replaces or queues other runs. One that allows them has no bound, and counts with one run.</remarks>
    public static GroupUse Of(JobSpec spec)
    {
        long tasks = spec.Array switch { null => 1, { Parallelism: 0 } all => all.Count, { } some => Math.Min(some.Parallelism, some.Count) };
        return new(0, tasks, (decimal)spec.Task.Cpus * tasks, (decimal)spec.Task.Mem * tasks, (decimal)spec.Task.Disk * tasks, spec.Task.Gpus * tasks, Jobs: 1);
    }

    /// <summary>Both together.</summary>
    public static GroupUse operator +(GroupUse left, GroupUse right) =>
        new(left.Apps + right.Apps, left.Instances + right.Instances, left.Cpus + right.Cpus, left.Mem + right.Mem, left.Disk + right.Disk, left.Gpus + right.Gpus, left.Jobs + right.Jobs);

    /// <summary>One without the other.</summary>
    public static GroupUse operator -(GroupUse left, GroupUse right) =>
        new(left.Apps - right.Apps, left.Instances - right.Instances, left.Cpus - right.Cpus, left.Mem - right.Mem, left.Disk - right.Disk, left.Gpus - right.Gpus, left.Jobs - right.Jobs);

    /// <summary>Of each amount the greater one: what is enough for either.</summary>
    public static GroupUse Max(GroupUse left, GroupUse right) => new(
        Math.Max(left.Apps, right.Apps),
        Math.Max(left.Instances, right.Instances),
        Math.Max(left.Cpus, right.Cpus),
        Math.Max(left.Mem, right.Mem),
        Math.Max(left.Disk, right.Disk),
        Math.Max(left.Gpus, right.Gpus),
        Math.Max(left.Jobs, right.Jobs));

    /// <summary>What of this is beyond a limit and was less before. What is beyond it already may stay, and become less.</summary>
    /// <param name="group">The group.</param>
    /// <param name="limit">Its limit.</param>
    /// <param name="before">What it came to before.</param>
    /// <param name="jobs">What of this is of jobs.</param>
    public IEnumerable<GroupExcess> Beyond(string group, GroupLimit limit, GroupUse before, GroupUse jobs)
    {
        (string Member, string Name, decimal? Most, decimal After, decimal Before, decimal Jobs)[] amounts =
        [
            ("apps", "apps and pods", limit.Apps, Apps, before.Apps, 0),
            ("jobs", "jobs", limit.Jobs, Jobs, before.Jobs, 0),
            ("instances", "instances", limit.Instances, Instances, before.Instances, jobs.Instances),
            ("cpus", "cpus", (decimal?)limit.Cpus, Cpus, before.Cpus, jobs.Cpus),
            ("mem", "MB of memory", (decimal?)limit.Mem, Mem, before.Mem, jobs.Mem),
            ("disk", "MB of disk", (decimal?)limit.Disk, Disk, before.Disk, jobs.Disk),
            ("gpus", "gpus", limit.Gpus, Gpus, before.Gpus, jobs.Gpus),
        ];
        foreach (var (member, name, most, after, earlier, ofJobs) in amounts)
        {
            if (after <= most || most is null || after <= earlier)
                continue;
            var share = ofJobs > 0 ? string.Create(CultureInfo.InvariantCulture, $", {ofJobs:0.###} of it for jobs") : "";
            yield return new(group, member, string.Create(CultureInfo.InvariantCulture, $"Group {group} may have {most:0.###} {name} and would have {after:0.###}{share}; ask for less, or have its limit raised"));
        }
    }
}
