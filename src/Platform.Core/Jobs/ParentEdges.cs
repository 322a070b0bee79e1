using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>Counts on the edges between a job and its parents, as Chronos' <c>JobGraph</c> keeps them.</summary>
public static class ParentEdges
{
    /// <summary>Whether an end of a parent counts.</summary>
    public static bool Counts(ParentCondition condition, bool succeeded) => condition switch
    {
        ParentCondition.Failed => !succeeded,
        ParentCondition.Done => true,
        _ => succeeded,
    };

    /// <summary>Counts an end of a parent, and tells whether the job runs because of it.</summary>
    /// <param name="spec">The job.</param>
    /// <param name="edges">The counts so far.</param>
    /// <param name="parent">Whose run ended.</param>
    /// <param name="succeeded">It succeeded, or its failure counts as success.</param>
    /// <returns>The new counts, and whether the job runs.</returns>
    public static (ValueMap<long> Edges, bool Runs) Count(JobSpec spec, ValueMap<long> edges, string parent, bool succeeded)
    {
        if (!Counts(spec.Condition, succeeded) || !spec.Parents.Contains(parent))
            return (edges, false);
        var count = edges.Find(parent) + 1;
        edges = edges.With(parent, count);
        // The edge that has just been counted is the one that was waited for when no other has been counted less often.
        return (edges, spec.Condition is ParentCondition.Any or ParentCondition.Failed || spec.Parents.All(other => edges.Find(other) >= count));
    }
}
