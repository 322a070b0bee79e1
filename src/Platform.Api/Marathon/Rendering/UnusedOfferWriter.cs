using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes <c>lastUnusedOffers</c>: what each agent could have given, in the shape of an offer, and why it was not enough.</summary>
/// <remarks>Nobody makes such offers to apps here; the allocator says what it found when it looked at the agent. An offer's id is the agent's.</remarks>
internal static class UnusedOfferWriter
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<AgentRejection> agents, DateTimeOffset at)
    {
        writer.WriteStartArray("lastUnusedOffers");
        foreach (var rejection in agents)
        {
            writer.WriteStartObject();
            WriteOffer(writer, rejection);
            writer.WriteStartArray("reason");
            foreach (var reason in rejection.Causes.Select(QueueWriter.MarathonReason).Distinct())
                writer.WriteStringValue(reason);
            writer.WriteEndArray();
            writer.WriteString("timestamp", Timestamps.Of(at));
            writer.WriteStartArray("details");
            foreach (var cause in rejection.Causes)
                writer.WriteStringValue(cause.ToString());
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteOffer(Utf8JsonWriter writer, AgentRejection rejection)
    {
        var agent = rejection.Agent;
        writer.WriteStartObject("offer");
        writer.WriteString("id", agent.Id);
        writer.WriteString("hostname", agent.Hostname);
        writer.WriteString("agentId", agent.Id);
        writer.WriteStartArray("resources");
        foreach (var (name, amount) in Scalars(rejection.Free))
        {
            WriteResource(writer, name);
            writer.WriteNumber("scalar", amount);
            writer.WriteEndObject();
        }
        WriteResource(writer, ResourceKinds.Ports);
        writer.WriteStartArray("ranges");
        foreach (var range in rejection.Ports)
        {
            writer.WriteStartObject();
            writer.WriteNumber("begin", range.Begin);
            writer.WriteNumber("end", range.End);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartArray("attributes");
        foreach (var (name, value) in agent.Attributes)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("text", value);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("role", "*");
    }

    private static IEnumerable<(string Name, decimal Amount)> Scalars(ScalarAmounts free)
    {
        yield return (ResourceKinds.Cpus, free.Cpus);
        yield return (ResourceKinds.Mem, free.Mem);
        yield return (ResourceKinds.Disk, free.Disk);
        if (free.Gpus > 0)
            yield return (ResourceKinds.Gpus, free.Gpus);
        foreach (var (name, amount) in free.Custom)
            yield return (name, amount);
    }
}
