using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes why tasks wait.</summary>
internal static class ExplanationWriter
{
    public static void Write(Utf8JsonWriter writer, string name, PendingExplanation explanation)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("waiting", explanation.Waiting);
        writer.WriteNumber("agents", explanation.Agents);
        writer.WriteNumber("feasibleAgents", explanation.FeasibleAgents);
        writer.WriteBoolean("impossible", explanation.Impossible);
        writer.WriteString("at", Timestamps.Of(explanation.At));
        WriteReasons(writer, "reasons", explanation.Rejections);
        if (explanation.Impossible)
            WriteReasons(writer, "whenEmpty", explanation.WhenEmpty);
        writer.WriteEndObject();
    }

    private static void WriteReasons(Utf8JsonWriter writer, string name, IEnumerable<Rejection> rejections)
    {
        writer.WriteStartArray(name);
        foreach (var rejection in rejections)
        {
            writer.WriteStartObject();
            writer.WriteString("reason", rejection.Reason.ToString());
            writer.WriteString("subject", rejection.Subject);
            writer.WriteNumber("agents", rejection.Agents);
            writer.WriteNumber("agentsByThisAlone", rejection.AgentsByThisAlone);
            if (rejection.Missing > 0)
                writer.WriteNumber("missing", rejection.Missing);
            writer.WriteString("message", rejection.ToString());
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
