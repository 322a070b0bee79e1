using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Groups;
using Platform.Core.Schedules;

namespace Platform.Core.Jobs;

/// <summary>What the jobs of each group come to, and what limits of groups say to a job.</summary>
public sealed class JobGroups
{
    private readonly Dictionary<string, GroupUse> _uses = new(StringComparer.Ordinal);
    private (string Group, GroupUse Use)? _held;

    /// <summary>The group that a job is in: the parts of its name before the last dot are the path, such as <c>/shop/batch</c> of <c>shop.batch.nightly</c>.</summary>
    public static string Of(string jobId) => AppPath.Parent(AppPath.Canonical("/" + jobId.Replace('.', '/')));

    /// <summary>Excesses as problems of a job's definition.</summary>
    /// <param name="spec">The definition.</param>
    /// <param name="excesses">What groups would have beyond their limits with it.</param>
    public static IEnumerable<SpecProblem> ProblemsOf(JobSpec spec, IEnumerable<GroupExcess> excesses) => excesses.Select(excess => new SpecProblem(
        excess.Member switch { "cpus" or "mem" or "disk" or "gpus" => "task." + excess.Member, "instances" when spec.Array is not null => "array", _ => "id" },
        excess.Text));

    /// <summary>Whether what a definition comes to can be counted, whatever else is wrong with it.</summary>
    public static bool CanCount(IEnumerable<SpecProblem> problems) =>
        !problems.Any(problem => problem.Path is "id" or "task" or "task.cpus" or "task.mem" or "task.disk" or "task.gpus" || problem.Path.StartsWith("array", StringComparison.Ordinal));

    /// <summary>A definition stands.</summary>
    public void Add(JobSpec spec) => Change(Of(spec.Id), GroupUse.Of(spec));

    /// <summary>It stands no more.</summary>
    public void Remove(JobSpec spec) => Change(Of(spec.Id), default(GroupUse) - GroupUse.Of(spec));

    /// <summary>What the jobs directly in a group come to.</summary>
    public GroupUse UseOf(string group) => _uses.GetValueOrDefault(group);

    /// <summary>A change of a group's jobs is on its way: the greater counts until it has ended. There is one at a time.</summary>
    /// <param name="group">The group.</param>
    /// <param name="then">What they will come to, or have come to.</param>
    public void Hold(string group, GroupUse then) => _held = (group, GroupUse.Max(UseOf(group), then));

    /// <summary>The change has been stored, or is not made.</summary>
    public void Release() => _held = null;

    /// <summary>What counts against limits.</summary>
    public GroupUse CountedOf(string group) => _held is { } held && held.Group == group ? GroupUse.Max(held.Use, UseOf(group)) : UseOf(group);

    /// <summary>What counts against limits, by group.</summary>
    public ValueMap<GroupUse> Counted()
    {
        var groups = _held is { } held && !_uses.ContainsKey(held.Group) ? _uses.Keys.Append(held.Group) : _uses.Keys;
        return groups.Select(group => KeyValuePair.Create(group, CountedOf(group))).ToValueMap();
    }

    private void Change(string group, GroupUse by)
    {
        var use = UseOf(group) + by;
        if (use.Jobs == 0)
            _uses.Remove(group);
        else
            _uses[group] = use;
    }
}
