using Platform.Agent.Tasks;
using Platform.Contracts.Agents;
using Platform.Core;

namespace Platform.Agent.Usage;

/// <summary>
/// What the agent offers a second time, as revocable: nine tenths of the cpus that tasks hold and did not use lately. Memory is never
/// offered twice, since it cannot be taken back without a kill.
/// </summary>
internal sealed class SlackEstimate
{
    private const double Safety = 0.9;

    /// <summary>How fast the estimate of a task's use falls: a rise counts at once, a fall by this part of each measurement.</summary>
    private const double Fall = 0.2;

    private readonly Dictionary<string, double> _used = new(StringComparer.Ordinal);

    /// <summary>The slack after one more measurement; null: none.</summary>
    public Resources? Next(IEnumerable<AgentTask> tasks, AgentUsage usage) =>
        Next(tasks.Where(t => t.Spec.Resources.RevocableOnly().IsEmpty).ToDictionary(t => t.Spec.TaskId, t => t.Spec.Resources.Scalar(ResourceNames.Cpus)), usage);

    /// <summary>The same from the cpus that each task holds.</summary>
    internal Resources? Next(IReadOnlyDictionary<string, double> held, AgentUsage usage)
    {
        var slack = 0d;
        foreach (var task in usage.Tasks)
        {
            if (!held.TryGetValue(task.TaskId, out var cpus))
                continue;
            // A task that was seen for the first time may be about to use all that it holds.
            var before = _used.GetValueOrDefault(task.TaskId, cpus);
            var used = task.Cpus >= before ? task.Cpus : before + ((task.Cpus - before) * Fall);
            _used[task.TaskId] = used;
            slack += Math.Max(0, cpus - used);
        }
        foreach (var gone in _used.Keys.Where(k => !held.ContainsKey(k)).ToList())
            _used.Remove(gone);
        var milli = (long)(slack * Safety * 1000);
        return milli > 0 ? Resources.Of(Resource.Scalar(ResourceNames.Cpus, milli) with { Revocable = true }) : null;
    }
}
