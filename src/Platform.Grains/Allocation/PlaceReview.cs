using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Grains.Allocation;

/// <summary>
/// Remembers places until their owners were asked about them once, one to two intervals after they were found: a place whose owner never heard
/// of it, or whose release was lost, is found that way.
/// </summary>
internal sealed class PlaceReview
{
    private Dictionary<string, List<string>> _young = new(StringComparer.Ordinal);
    private Dictionary<string, List<string>> _old = new(StringComparer.Ordinal);

    /// <summary>Places were found for an owner.</summary>
    public void Placed(string owner, ValueList<TaskPlacement> placements)
    {
        if (!_young.TryGetValue(owner, out var places))
            _young[owner] = places = [];
        foreach (var placement in placements)
            places.Add(placement.TaskId);
    }

    /// <summary>The places that are to be asked about now and are still held.</summary>
    public IEnumerable<(string Owner, ValueList<string> TaskIds)> Due(Func<string, bool> isHeld)
    {
        var due = _old;
        (_old, _young) = (_young, new(StringComparer.Ordinal));
        foreach (var (owner, places) in due)
        {
            var held = places.Where(isHeld).ToValueList();
            if (!held.IsEmpty)
                yield return (owner, held);
        }
    }
}
