using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <content>What follows from the ends of parents, and for those that follow.</content>
public sealed partial class JobModel
{
    /// <summary>Counts the end of a run of a parent, once.</summary>
    public void ParentEnded(string parent, ParentEnd end, DateTimeOffset now)
    {
        if (_head.Spec is not { } spec || _head.Removed || _head.Heard.Find(parent) >= end.Number)
            return;
        HeadChanged = true;
        _head.Heard = _head.Heard.With(parent, end.Number);
        _head.ParentRuns = _head.ParentRuns.With(parent, new(end.RunId, end.Output) { Chain = end.Chain });
        var mayRun = !spec.Disabled && _head.Paused is null;
        if (!end.Replaces.IsEmpty && FindCausedBy(parent, end.Replaces) is { } earlier)
        {
            // It has followed what is run again: it is run again too, and no edge counts twice.
            if (mayRun && earlier.Ended && ParentEdges.Counts(spec.Condition, end.Succeeded))
                BeginAgain(earlier, now, [.. earlier.Causes.Where(cause => cause.JobId != parent), new RunRef(parent, end.RunId)], RunOutput.Inputs(parent, end.Output));
            return;
        }
        (_head.Edges, var runs) = ParentEdges.Count(spec, _head.Edges, parent, end.Succeeded);
        if (!runs || !mayRun)
            return;
        // The parent that has ended last has the last word on a name that several have written.
        var counted = spec.Condition is ParentCondition.Any or ParentCondition.Failed ? [parent] : spec.Parents.Where(other => other != parent).Append(parent).ToList();
        var known = counted.Where(_head.ParentRuns.ContainsKey).ToList();
        var inputs = known.SelectMany(other => RunOutput.Inputs(other, _head.ParentRuns[other].Output));
        Begin(
            Draft(NewRunId(now), RunTrigger.Parents, now) with
            {
                Causes = known.Select(other => new RunRef(other, _head.ParentRuns[other].RunId)).Where(cause => cause.RunId.Length > 0).ToValueList(),
                Environment = Last(inputs),
                Chain = RunChain.Of(known.SelectMany(other => _head.ParentRuns[other].Chain.Append(other))),
            },
            spec.Concurrency);
    }

    /// <summary>Runs a run that has ended again, with what the job is now; what follows it is run again if it has run, and else follows as ever.</summary>
    /// <returns>The id of the new run; null: there is no such run, or it goes on.</returns>
    public string? RunAgain(string runId, DateTimeOffset now) =>
        _runs.Items.GetValueOrDefault(runId) is { Ended: true } run ? BeginAgain(run, now, run.Causes, []) : null;

    /// <summary>A job that follows has counted every end up to this one.</summary>
    public void Heard(string child, long number)
    {
        var left = _head.Untold.Where(end => end.Child != child || end.Number > number).ToValueList();
        HeadChanged |= left.Count != _head.Untold.Count;
        _head.Untold = left;
    }

    /// <summary>Counts a success that was set by hand, also for those that follow: Chronos' <c>PUT job/success</c>.</summary>
    public void TellSuccess(DateTimeOffset now)
    {
        CountSuccess(now);
        Tell(null, true);
    }

    /// <summary>Ends that were not confirmed, by who is to be told.</summary>
    public ILookup<string, ParentEnd> Untold => _head.Untold.ToLookup(end => end.Child, StringComparer.Ordinal);

    /// <summary>The runs that belong to one run of a graph with these: they are among them, follow one of them, or were run again in the place of one. Oldest first.</summary>
    public IEnumerable<RunState> RelatedTo(IReadOnlySet<RunRef> known)
    {
        var jobId = _head.Spec?.Id ?? "";
        return _runs.Items.Values
            .Where(run => known.Contains(new(jobId, run.RunId)) || run.Causes.Any(known.Contains) || run.Replaces.Any(replaced => known.Contains(new(jobId, replaced))))
            .OrderBy(run => run.Number);
    }

    private string BeginAgain(RunState earlier, DateTimeOffset now, ValueList<RunRef> causes, IEnumerable<KeyValuePair<string, string>> inputs)
    {
        var runId = NewRunId(now);
        Begin(
            Draft(runId, RunTrigger.Again, now) with
            {
                Nominal = earlier.Nominal,
                Arguments = earlier.Arguments,
                Environment = Last(earlier.Environment.Concat(inputs)),
                Causes = causes,
                Replaces = [.. earlier.Replaces, earlier.RunId],
                Chain = earlier.Chain,
                AgentId = earlier.AgentId,
            },
            ConcurrencyPolicy.Allow);
        return runId;
    }

    private RunState? FindCausedBy(string parent, ValueList<string> runIds) => _runs.Items.Values
        .Where(run => run.Causes.Any(cause => cause.JobId == parent && runIds.Contains(cause.RunId)))
        .MaxBy(run => run.Number);

    private void Tell(RunState? run, bool succeeded)
    {
        if (_head.Removed || _head.Children.IsEmpty)
            return;
        HeadChanged = true;
        var number = ++_head.Ends;
        _head.Untold =
        [
            .. _head.Untold,
            .. _head.Children.Select(child => new ParentEnd(child, number, run?.RunId ?? "", succeeded) 
            {
                Output = run?.Output ?? default,
                Replaces = run?.Replaces ?? default,
                Chain = run?.Chain ?? default,
            }),
        ];
    }

    private static ValueMap<string> Last(IEnumerable<KeyValuePair<string, string>> variables) =>
        variables.GroupBy(variable => variable.Key, StringComparer.Ordinal).Select(group => group.Last()).ToValueMap();
}
