using Platform.Core.Collections;

namespace Platform.Core.Metrics;

/// <summary>What the tasks of one agent used over the last hour: a point for each 30 s in which they were measured, so at most 121 of each task.</summary>
/// <remarks>A task that is measured no more has ended and is forgotten, so that the memory is bounded by the tasks that run, at about 1.5 KB each.</remarks>
public sealed class UsageHistory
{
    /// <summary>The time between two points.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    /// <summary>How far back it goes.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromHours(1);

    private Dictionary<string, Track> _tracks = new(StringComparer.Ordinal);

    /// <summary>How many points are held, for all tasks together.</summary>
    public int Count => _tracks.Values.Sum(track => track.Points.Count);

    /// <summary>Adds what was measured of all tasks that run.</summary>
    /// <param name="at">When. What is older than what was added before counts as measured with it.</param>
    /// <param name="tasks">Each task with the cpus that it used since it was measured before, and its resident memory in bytes.</param>
    public void Add(DateTimeOffset at, IEnumerable<(string TaskId, double Cpus, long MemoryBytes)> tasks)
    {
        var now = new Dictionary<string, Track>(StringComparer.Ordinal);
        foreach (var (id, cpus, memory) in tasks)
        {
            var track = _tracks.GetValueOrDefault(id) ?? new();
            track.Add(SlotOf(at), cpus, memory);
            now[id] = track;
        }
        _tracks = now;
    }

    /// <summary>The points of a task that are not older than an hour, oldest first; empty: it is not known.</summary>
    public ValueList<UsagePoint> Read(string taskId, DateTimeOffset now) =>
        !_tracks.TryGetValue(taskId, out var track) ? default
        : track.Points.Where(point => point.Slot >= SlotOf(now - Length)).Select(point => new UsagePoint(DateTimeOffset.UnixEpoch + (point.Slot * Step), point.Cpus, (long)point.Memory)).ToValueList();

    private static int SlotOf(DateTimeOffset at) => (int)((at - DateTimeOffset.UnixEpoch) / Step);

    /// <summary>A point in half the room.</summary>
    private readonly record struct Packed(int Slot, float Cpus, float Memory);

    private sealed class Track
    {
        private double _sum;
        private int _times;

        public List<Packed> Points { get; } = [];

        public void Add(int slot, double cpus, long memory)
        {
            if (Points.Count > 0 && Points[^1] is var last && slot <= last.Slot)
            {
                (_sum, _times) = (_sum + cpus, _times + 1);
                Points[^1] = new(last.Slot, (float)(_sum / _times), Math.Max(last.Memory, memory));
                return;
            }
            (_sum, _times) = (cpus, 1);
            Points.Add(new(slot, (float)cpus, memory));
            var old = Points.FindIndex(point => point.Slot >= slot - (int)(Length / Step));
            if (old > 0)
                Points.RemoveRange(0, old);
        }
    }
}
