using Platform.Core.Collections;
using Platform.Core.Jobs;

namespace Platform.Api.Jobs;

/// <summary>Finds the run of a whole graph that a run is part of: from the run up to where it began, and down to all that follows.</summary>
internal sealed class RunGraphs(JobGateway jobs)
{
    internal async Task<RunGraph> FindAsync(RunState run)
    {
        var specs = (await jobs.Graph.ListAsync()).Where(spec => JobGateway.Shows(spec.Id)).ToDictionary(spec => spec.Id, StringComparer.Ordinal);
        var known = await RootsAsync(run);
        var order = Downwards(known.Select(root => root.JobId), specs);
        var found = new Dictionary<string, IReadOnlyList<RunState>>(StringComparer.Ordinal);
        foreach (var spec in order)
        {
            // Each after all that it follows, so that every run that can have brought it about is known.
            var related = await jobs.Job(spec.Id).GetRelatedAsync(known.ToValueList());
            found[spec.Id] = related;
            known.UnionWith(related.Select(one => new RunRef(spec.Id, one.RunId)));
        }
        return RunGraph.Of(order, id => found[id]);
    }

    private async Task<HashSet<RunRef>> RootsAsync(RunState run)
    {
        var (roots, seen, open) = (new HashSet<RunRef>(), new HashSet<RunRef>(), new Queue<(RunRef Ref, RunState? Run)>());
        open.Enqueue((new(run.Spec.Id, run.RunId), run));
        while (open.TryDequeue(out var next))
        {
            if (!seen.Add(next.Ref))
                continue;
            var state = next.Run ?? (await jobs.FindRunAsync(next.Ref.JobId, next.Ref.RunId))?.Run;
            // One that is kept no longer counts as a beginning: what it brought about is still found by its id.
            if (state is null || state.Causes.IsEmpty)
                roots.UnionWith([next.Ref, .. (state?.Replaces ?? default).Select(earlier => next.Ref with { RunId = earlier })]);
            foreach (var cause in state?.Causes ?? default)
                open.Enqueue((cause, null));
        }
        return roots;
    }

    // The jobs that can be reached, each after all that it follows.
    private static List<JobSpec> Downwards(IEnumerable<string> roots, Dictionary<string, JobSpec> specs)
    {
        var children = specs.Values.SelectMany(spec => spec.Parents.Select(parent => (Parent: parent, spec.Id))).ToLookup(edge => edge.Parent, edge => edge.Id, StringComparer.Ordinal);
        var (reached, open) = (new HashSet<string>(StringComparer.Ordinal), new Queue<string>(roots));
        while (open.TryDequeue(out var id))
        {
            if (!specs.ContainsKey(id) || !reached.Add(id))
                continue;
            foreach (var child in children[id])
                open.Enqueue(child);
        }
        var (order, done) = (new List<JobSpec>(), new HashSet<string>(StringComparer.Ordinal));
        void Add(string id)
        {
            if (!reached.Contains(id) || !done.Add(id))
                return;
            foreach (var parent in specs[id].Parents)
                Add(parent);
            order.Add(specs[id]);
        }
        foreach (var id in reached.Order(StringComparer.Ordinal))
            Add(id);
        return order;
    }
}
