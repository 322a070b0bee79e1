using Platform.Contracts.Events;
using Platform.Core.Jobs;

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
}
