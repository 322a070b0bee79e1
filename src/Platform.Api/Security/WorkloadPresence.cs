using System.Collections.Concurrent;
using Platform.Contracts.Ownership;
using Platform.Core.Security;

namespace Platform.Api.Security;

/// <summary>Whether tasks whose tokens are shown are still there, as their owners know it; asked again after a second.</summary>
/// <remarks>A process without grains of its own, such as that of the dashboard alone, knows no kinds of owners, and takes no tokens of tasks.</remarks>
internal sealed class WorkloadPresence(IGrainFactory grains, IEnumerable<TaskOwnerKind> kinds, TimeProvider time)
{
    private const int MostKnown = 10_000;

    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);

    private readonly TaskOwnerKinds _owners = new(kinds);
    private readonly ConcurrentDictionary<Workload, (long At, bool IsThere)> _known = new();

    /// <exception cref="TimeoutException">Its owner cannot be asked now.</exception>
    public async ValueTask<bool> IsThereAsync(Workload workload)
    {
        if (_known.TryGetValue(workload, out var known) && time.GetElapsedTime(known.At) < Renewal)
            return known.IsThere;
        var isThere = _owners.Find(grains, workload.Owner) is { } owner && !(await owner.HeldAsync(workload.AgentId, [workload.TaskId])).IsEmpty;
        if (_known.Count >= MostKnown)
            _known.Clear();
        _known[workload] = (time.GetTimestamp(), isThere);
        return isThere;
    }
}
