using System.Text.Json;
using Platform.Core.Jobs;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Jobs;

/// <summary>Jobs whose successes are told to those that follow, and as events to those that wait for them.</summary>
internal sealed class EventWorld
{
    private readonly Queue<(string Type, string Json)> _events = [];
    private long _sequence;

    internal EventWorld(IReadOnlyList<JobSpec> specs)
    {
        foreach (var spec in specs)
            Jobs[spec.Id] = new(spec);
        foreach (var (id, job) in Jobs)
            job.Model.Define(job.Spec, 1, [.. specs.Where(other => other.Parents.Contains(id)).Select(other => other.Id)], DateTimeOffset.UnixEpoch);
    }

    internal SortedDictionary<string, SimulatedJob> Jobs { get; } = new(StringComparer.Ordinal);

    internal void Start(string id, DateTimeOffset now) => Jobs[id].Model.Start(default, default, null, now);

    /// <summary>Everything succeeds at once, until nothing goes on. False: it goes on and on.</summary>
    internal bool RunUntilQuiet(DateTimeOffset now)
    {
        for (var round = 0; round < 200; round++)
        {
            foreach (var (id, job) in Jobs)
            {
                Tell(id, job.Run(now));
                job.PlaceAll(now);
                foreach (var task in job.Model.LiveTasks.ToList())
                    job.Model.Report(new() { TaskId = task.TaskId, Owner = "", State = TaskState.Finished, Timestamp = now }, now);
                Tell(id, job.Run(now));
                foreach (var ends in job.Model.Untold.ToList())
                {
                    foreach (var end in ends)
                        Jobs[ends.Key].Model.ParentEnded(id, end, now);
                    job.Model.Heard(ends.Key, ends.Max(end => end.Number));
                }
            }
            if (_events.Count == 0 && Jobs.Values.All(job => !job.Model.IsLive))
                return true;
            while (_events.TryDequeue(out var happened))
            {
                _sequence++;
                using var json = JsonDocument.Parse(happened.Json);
                foreach (var (id, job) in Jobs.Where(job => job.Value.Spec.Triggers.Any(trigger => EventMatch.Fits(trigger, job.Key, happened.Type, json.RootElement))))
                    job.Model.Happened(_sequence, happened.Json, now);
            }
        }
        return false;
    }

    private void Tell(string id, JobEffects effects)
    {
        foreach (var happening in effects.Happenings)
            _events.Enqueue((happening.Type, JsonSerializer.Serialize(new { jobId = id, chain = happening.Chain.ToArray() })));
    }
}
