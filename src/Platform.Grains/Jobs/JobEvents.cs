using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Registry;

namespace Platform.Grains.Jobs;

/// <summary>What happens with jobs, as events.</summary>
internal static class JobEvents
{
    internal static JobChanged Of(string jobId, RunHappening happening) => new(happening.Type, jobId)
    {
        Run = happening.Run is { } run ? new(run.RunId, run.Nominal, run.Trigger) : null,
        Backfill = happening.Backfill,
        Chain = happening.Chain,
        Message = happening.Message,
    };

    /// <summary>Labels of a new definition that cannot be read; null: all can.</summary>
    internal static JobChanged? LabelsUnread(JobSpec spec) =>
        LabelWarnings.Of(spec) is { Count: > 0 } warnings ? new("job_label_warning_event", spec.Id) { Warnings = warnings.ToValueList() } : null;
}
