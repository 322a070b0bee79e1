using Platform.Core.Collections;

namespace Platform.Core.Jobs;

/// <summary>A run of a whole graph, made of the runs that belong to it.</summary>
/// <param name="Nodes">Its jobs, each after all that it follows.</param>
public sealed record RunGraph(IReadOnlyList<RunGraphNode> Nodes)
{
    /// <summary>How far it is as a whole.</summary>
    public string Phase =>
        Nodes.Any(node => node.Run is { Ended: false }) ? "active"
        : Nodes.Any(node => node.Run is { Phase: RunPhase.Failed, Spec.SoftError: false }) ? "failed"
        : Nodes.Any(node => node.Run is { Phase: RunPhase.Stopped }) ? "stopped"
        : Nodes.Any(node => node.State == RunGraphState.Waiting) ? "waiting"
        : "succeeded";

    /// <summary>Puts it together.</summary>
    /// <param name="jobs">The definitions, each after all that it follows.</param>
    /// <param name="runs">The runs of each job that belong to it, oldest first; those that were run again are passed over.</param>
    public static RunGraph Of(IEnumerable<JobSpec> jobs, Func<string, IReadOnlyList<RunState>> runs)
    {
        var states = new Dictionary<string, RunGraphState>(StringComparer.Ordinal);
        var nodes = new List<RunGraphNode>();
        foreach (var spec in jobs)
        {
            var run = runs(spec.Id) is [.., var last] ? last : null;
            var state = run is null ? Without(spec, states) : !run.Ended ? RunGraphState.Live : Succeeded(run) ? RunGraphState.Succeeded : RunGraphState.Failed;
            states[spec.Id] = state;
            nodes.Add(new(spec.Id, state, spec.Parents, run));
        }
        return new(nodes);
    }

    // What becomes of a job that has not run, by what became of those that it follows. What is no part of the graph may end in any way.
    private static RunGraphState Without(JobSpec spec, Dictionary<string, RunGraphState> states)
    {
        var parents = spec.Parents.Select(parent => states.GetValueOrDefault(parent, RunGraphState.Live)).ToList();
        bool MayCount(RunGraphState state) => state switch
        {
            RunGraphState.Succeeded => ParentEdges.Counts(spec.Condition, succeeded: true),
            RunGraphState.Failed => ParentEdges.Counts(spec.Condition, succeeded: false),
            RunGraphState.Unreached => false,
            _ => true,
        };
        var may = spec.Condition is ParentCondition.Any or ParentCondition.Failed ? parents.Any(MayCount) : parents.All(MayCount);
        return may ? RunGraphState.Waiting : RunGraphState.Unreached;
    }

    private static bool Succeeded(RunState run) => run.Phase == RunPhase.Succeeded || (run.Phase == RunPhase.Failed && run.Spec.SoftError);
}

/// <summary>A job in a run of a graph.</summary>
/// <param name="JobId">The job.</param>
/// <param name="State">How far it is.</param>
/// <param name="Parents">What it follows.</param>
/// <param name="Run">Its last run here; null: it has not run.</param>
public sealed record RunGraphNode(string JobId, RunGraphState State, ValueList<string> Parents, RunState? Run);

/// <summary>How far a job is in a run of a graph.</summary>
public enum RunGraphState
{
    /// <summary>It runs, or waits for its turn.</summary>
    Live,

    /// <summary>Its end counts as a success.</summary>
    Succeeded,

    /// <summary>Its end counts as a failure.</summary>
    Failed,

    /// <summary>It has not run, and may.</summary>
    Waiting,

    /// <summary>It has not run, and what it follows has ended otherwise.</summary>
    Unreached,
}
