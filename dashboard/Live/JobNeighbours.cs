using System.Collections.Immutable;

namespace Platform.Dashboard.Live;

/// <summary>The graph that a job is part of.</summary>
internal static class JobNeighbours
{
    /// <summary>More jobs than these are no picture any more.</summary>
    internal const int Most = 200;

    /// <summary>The job, all that it follows, directly or not, and all that follows it, in the order of their ids; the nearest, if there are too many.</summary>
    internal static List<JobOverview> Of(string id, ImmutableSortedDictionary<string, JobOverview> jobs)
    {
        var children = jobs.Values.SelectMany(job => job.Parents.Select(parent => (Parent: parent, job.Id))).ToLookup(edge => edge.Parent, edge => edge.Id, StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<(string Id, bool Up, bool Down)>([(id, true, true)]);
        while (found.Count < Most && open.TryDequeue(out var next))
        {
            if (!jobs.TryGetValue(next.Id, out var job) || !found.Add(next.Id))
                continue;
            foreach (var parent in next.Up ? job.Parents.AsEnumerable() : [])
                open.Enqueue((parent, true, false));
            foreach (var child in next.Down ? children[next.Id] : [])
                open.Enqueue((child, false, true));
        }
        return [.. found.Order(StringComparer.Ordinal).Select(one => jobs[one])];
    }
}
