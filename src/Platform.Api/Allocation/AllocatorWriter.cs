using System.Text.Json;
using Platform.Core;
using Platform.Core.Allocation;

namespace Platform.Api.Allocation;

/// <summary>Writes what the allocator tells.</summary>
internal static class AllocatorWriter
{
    public static void Write(Utf8JsonWriter json, RoleUsage role)
    {
        json.WriteStartObject();
        json.WriteString("role", role.Role);
        json.WriteNumber("weight", role.Weight);
        json.WriteNumber("dominantShare", role.DominantShare);
        json.WriteNumber("waiting", role.Waiting);
        Write(json, "held", role.Held);
        Write(json, "consumed", role.Consumed);
        Write(json, "reserved", role.Reserved);
        Write(json, "guarantee", role.Quota.Guarantees);
        json.WritePropertyName("limit");
        JsonSerializer.Serialize(json, role.Quota.Limits);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, WaitingDemand waiting)
    {
        json.WriteStartObject();
        json.WriteString("demand", waiting.Demand.Id);
        json.WriteString("owner", waiting.Demand.Owner);
        json.WriteString("role", waiting.Demand.Role);
        json.WriteNumber("priority", waiting.Demand.Priority);
        json.WriteNumber("tasks", waiting.Demand.Count);
        json.WriteString("since", waiting.Since.UtcDateTime);
        if (waiting.Explanation is { } explanation)
        {
            json.WriteBoolean("impossible", explanation.Impossible);
            json.WriteStartArray("reasons");
            foreach (var rejection in explanation.Rejections)
            {
                json.WriteStartObject();
                json.WriteString("reason", rejection.Reason.ToString());
                json.WriteString("subject", rejection.Subject);
                json.WriteNumber("agents", rejection.Agents);
                json.WriteNumber("missing", rejection.Missing);
                json.WriteString("text", rejection.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, string name, ResourceQuantities quantities)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, quantities);
    }
}
