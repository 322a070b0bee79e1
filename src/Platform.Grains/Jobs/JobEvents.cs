using Platform.Contracts.Events;
using Platform.Core.Jobs;
using Platform.Grains.Events;

namespace Platform.Grains.Jobs;

/// <summary>What happens with jobs, as events.</summary>
internal static class JobEvents
{
    internal static PlatformEvent Of(string jobId, RunHappening happening, DateTimeOffset now) =>
        PlatformEvents.Create(happening.Type, now, (jobId, happening), static (json, state) =>
        {
            var (jobId, happening) = state;
            json.WriteString("jobId"u8, jobId);
            if (happening.Run is { } run)
            {
                json.WriteString("runId"u8, run.RunId);
                if (run.Nominal is { } nominal)
                    json.WriteString("dueAt"u8, PlatformEvents.Text(nominal));
                json.WriteString("trigger"u8, run.Trigger.ToString().ToLowerInvariant());
            }
            if (happening.Backfill is { } backfill)
            {
                json.WriteNumber("backfill"u8, backfill.Number);
                json.WriteString("from"u8, PlatformEvents.Text(backfill.From));
                json.WriteString("until"u8, PlatformEvents.Text(backfill.Until));
                json.WriteNumber("parallelism"u8, backfill.Parallelism);
                if (backfill.EndedAt is not null)
                {
                    json.WriteNumber("runs"u8, backfill.Made);
                    json.WriteNumber("succeeded"u8, backfill.Succeeded);
                    json.WriteNumber("failed"u8, backfill.Failed);
                }
            }
            if (!happening.Chain.IsEmpty)
            {
                json.WriteStartArray(EventMatch.ChainMember);
                foreach (var led in happening.Chain)
                    json.WriteStringValue(led);
                json.WriteEndArray();
            }
            if (happening.Message is { } message)
                json.WriteString("message"u8, message);
        });
}
