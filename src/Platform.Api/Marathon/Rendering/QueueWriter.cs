using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Contracts.Apps;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes an app or pod of the launch queue. What Marathon told of offers is told of agents here: each agent is asked once.</summary>
/// <remarks>Marathon 1.11 also wrote the role, which the app has anyway; clients that are older than that fail on it, so it is left out.</remarks>
internal static class QueueWriter
{
    /// <summary>Marathon's reasons in the order of its funnel.</summary>
    private static readonly string[] Funnel =
    [
        "UnfulfilledRole", "UnfulfilledConstraint", "NoCorrespondingReservationFound", "AgentMaintenance",
        "InsufficientCpus", "InsufficientMemory", "InsufficientDisk", "InsufficientGpus", "InsufficientPorts",
        "DeclinedScarceResources",
    ];

    /// <param name="writer">Where it goes.</param>
    /// <param name="app">The app.</param>
    /// <param name="pieces">Parts of answers.</param>
    /// <param name="unused">The agents that cannot take it, or null if nobody asked.</param>
    /// <param name="now">The time.</param>
    public static void Write(Utf8JsonWriter writer, AppView app, RenderedPieces pieces, IReadOnlyList<AgentRejection>? unused, DateTimeOffset now)
    {
        var queue = app.Status!.Queue!;
        var left = queue.DelayedUntil is { } until ? (until - now).TotalSeconds : 0;
        writer.WriteStartObject();
        writer.WriteNumber("count", queue.Count);
        writer.WriteStartObject("delay");
        writer.WriteNumber("timeLeftSeconds", (long)Math.Ceiling(Math.Max(0, left)));
        writer.WriteBoolean("overdue", left <= 0);
        writer.WriteEndObject();
        writer.WriteString("since", Timestamps.Of(queue.Since));
        WriteSummary(writer, queue);
        if (unused is not null)
            UnusedOfferWriter.Write(writer, unused, queue.Explanation?.At ?? now);
        writer.WriteStartObject(app.Definition.Spec.Pod is null ? "app" : "pod");
        RenderedPieces.Put(writer, pieces.Definition(app.Definition));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSummary(Utf8JsonWriter writer, AppQueue queue)
    {
        var explanation = queue.Explanation;
        var unused = explanation is null ? 0 : explanation.Agents - explanation.FeasibleAgents;
        writer.WriteStartObject("processedOffersSummary");
        // Agents that could take an instance are neither used nor turned down yet: when the explanation is from before the last places were found
        // they would be counted twice.
        writer.WriteNumber("processedOffersCount", unused + queue.Placed);
        writer.WriteNumber("unusedOffersCount", unused);
        if (queue.LastPlacedAt is { } placedAt)
            writer.WriteString("lastUsedOfferAt", Timestamps.Of(placedAt));
        if (explanation is not null)
        {
            writer.WriteString("lastUnusedOfferAt", Timestamps.Of(explanation.At));
            WriteFunnel(writer, "rejectSummaryLastOffers", explanation);
            WriteFunnel(writer, "rejectSummaryLaunchAttempt", explanation);
            ExplanationWriter.Write(writer, "platform", explanation);
        }
        writer.WriteEndObject();
    }

    private static void WriteFunnel(Utf8JsonWriter writer, string name, PendingExplanation explanation)
    {
        var declined = explanation.Rejections.ToLookup(MarathonReason, r => r.Agents);
        // Each agent falls out at its first reason, and only those that are left come to the next. Ours count an agent under each of its causes.
        var left = explanation.Agents;
        writer.WriteStartArray(name);
        foreach (var reason in Funnel)
        {
            var here = Math.Min(left, declined[reason].Sum());
            writer.WriteStartObject();
            writer.WriteString("reason", reason);
            writer.WriteNumber("declined", here);
            writer.WriteNumber("processed", left);
            writer.WriteEndObject();
            left -= here;
        }
        writer.WriteEndArray();
    }

    /// <summary>Marathon's name of a reason.</summary>
    public static string MarathonReason(Rejection rejection) => rejection.Reason switch
    {
        RejectionReason.QuotaLimit or RejectionReason.QuotaHeadroom or RejectionReason.ReservedForRole => "UnfulfilledRole",
        RejectionReason.PinnedElsewhere or RejectionReason.VolumeMissing => "NoCorrespondingReservationFound",
        RejectionReason.Draining or RejectionReason.Deactivated or RejectionReason.Unreachable or RejectionReason.Filtered => "AgentMaintenance",
        RejectionReason.InsufficientPorts or RejectionReason.PortUnavailable => "InsufficientPorts",
        RejectionReason.NoMountDisk or RejectionReason.NoPathDisk => "InsufficientDisk",
        RejectionReason.InsufficientResource => rejection.Subject switch
        {
            "cpus" => "InsufficientCpus",
            "mem" => "InsufficientMemory",
            "gpus" => "InsufficientGpus",
            _ => "InsufficientDisk",
        },
        _ => "UnfulfilledConstraint",
    };
}
