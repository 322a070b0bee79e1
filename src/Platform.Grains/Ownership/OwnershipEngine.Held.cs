using Platform.Core.Ownership;
using Platform.Core.Tasks;

namespace Platform.Grains.Ownership;

/// <summary>
/// Launches that wait for what the first of them finds out (see <see cref="TaskBuild.FindsOut"/>): it is launched alone, and the others are built anew when the
/// owner knows it, when the first is over without having found it out, or when they have waited long enough.
/// </summary>
/// <remarks>Nothing of it is stored: a task that a dead activation held back has not reached its agent, and is replaced as any such.</remarks>
public sealed partial class OwnershipEngine<TTask, TFor>
{
    private readonly Dictionary<string, OwnedTask<TTask>> _finders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Launch<TTask, TFor>>> _held = new(StringComparer.Ordinal);
    private long _discoveries;
    private long _discoveriesSeen;

    /// <summary>The owner has learned, and staged, something that launches may wait for.</summary>
    public void FoundOut() => _discoveries++;

    private bool MustWait(string subject, Launch<TTask, TFor> launch, long discoveries)
    {
        if (_finders.TryGetValue(subject, out var finder) && finder != launch.Task && IsFinding(finder))
        {
            var now = _time.GetUtcNow();
            var until = launch.HeldUntil ?? now + _options.LongestHold;
            // One that runs will not tell any more: it is of an agent that does not tell such things.
            if (now >= until || finder.State.State == TaskState.Running)
                return false;
            if (!_held.TryGetValue(subject, out var held))
                _held[subject] = held = [];
            held.Add(launch with { HeldUntil = until });
            // Something was learned while it was built: perhaps what it waits for.
            if (discoveries != _discoveries)
                (_discoveriesSeen, _mustDecide) = (discoveries, true);
            return true;
        }
        foreach (var over in _finders.Where(one => !IsFinding(one.Value)).ToList())
            _finders.Remove(over.Key);
        _finders[subject] = launch.Task;
        return false;
    }

    private bool IsFinding(OwnedTask<TTask> finder) =>
        Tasks.Find(finder.State.Key) == finder && finder.State is { Doomed: false, Parked: false } state && state.State is not TaskState.Unreachable && !state.State.IsTerminal();

    // What waits no longer is built anew: it may have to wait again, for another one.
    private void StageHeld()
    {
        var isLearned = _discoveries != _discoveriesSeen;
        _discoveriesSeen = _discoveries;
        if (_held.Count == 0)
            return;
        var now = _time.GetUtcNow();
        foreach (var (subject, held) in _held.ToList())
        {
            var isOver = isLearned || !_finders.TryGetValue(subject, out var finder) || !IsFinding(finder) || finder.State.State == TaskState.Running;
            bool IsReady(Launch<TTask, TFor> launch) => isOver || launch.HeldUntil <= now || launch.Task.State.Doomed;
            if (held.FindAll(IsReady) is not { Count: > 0 } ready)
                continue;
            _effects.Launches.AddRange(ready);
            held.RemoveAll(IsReady);
            if (held.Count == 0)
                _held.Remove(subject);
        }
    }

    private DateTimeOffset? NextHeldUntil => _held.Count == 0 ? null : _held.Values.SelectMany(held => held).Min(launch => launch.HeldUntil);
}
