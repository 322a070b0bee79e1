using Platform.Core.Collections;
using Platform.Core.Ownership;

namespace Platform.Core.Jobs;

/// <summary>What has to be done because of decisions, once they are recorded.</summary>
public sealed class JobEffects
{
    /// <summary>What to tell the allocator about places.</summary>
    public DemandChanges Demands { get; } = new();

    /// <summary>Tasks that hold nothing any more.</summary>
    public List<string> Release { get; } = [];

    /// <summary>Notices to hand to their receivers.</summary>
    public List<JobNotice> Tell { get; } = [];

    /// <summary>What has happened with runs.</summary>
    public List<RunHappening> Happenings { get; } = [];
}

/// <summary>Something that has happened with a run.</summary>
/// <param name="Type">The event's type, such as <c>job_run_started_event</c>.</param>
/// <param name="Run">The run; null: none was made.</param>
/// <param name="Message">Why; null: nothing to say.</param>
public sealed record RunHappening(string Type, RunState? Run, string? Message = null)
{
    /// <summary>The jobs that have led to it, see <see cref="RunChain"/>.</summary>
    public ValueList<string> Chain { get; init; } = Run?.Chain ?? default;

    /// <summary>The backfill that it is about; null: it is about none, or about one run.</summary>
    public BackfillState? Backfill { get; init; }
}
