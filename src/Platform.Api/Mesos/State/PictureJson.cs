using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Platform.Api.Http;

namespace Platform.Api.Mesos.State;

/// <summary>The long parts of <c>/master/state</c>, written once for each picture and again only where frameworks have changed.</summary>
internal sealed class PictureJson
{
    private readonly ConditionalWeakTable<ClusterPicture, byte[]> _agents = [];
    private readonly ConditionalWeakTable<PictureFramework, byte[]> _frameworks = [];

    /// <summary>The agents, as items of an array that is open.</summary>
    public void WriteAgents(Utf8JsonWriter writer, ClusterPicture picture) => Put(writer, _agents.GetValue(picture, static known => Render(json =>
    {
        foreach (var agent in known.Agents.Where(agent => agent.IsRegistered))
        {
            json.WriteStartObject();
            LegacyWriter.WriteAgent(json, agent);
            json.WriteEndObject();
        }
    })));

    /// <summary>Frameworks, as items of an array that is open.</summary>
    public void WriteFrameworks(Utf8JsonWriter writer, IEnumerable<PictureFramework> frameworks)
    {
        foreach (var framework in frameworks)
            Put(writer, _frameworks.GetValue(framework, static known => Render(json => LegacyWriter.WriteFramework(json, known))));
    }

    private static void Put(Utf8JsonWriter writer, byte[] items)
    {
        if (items.Length > 0)
            writer.WriteRawValue(items, skipInputValidation: true);
    }

    // The inside of an array.
    private static byte[] Render(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(16_384);
        using var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options);
        writer.WriteStartArray();
        write(writer);
        writer.Flush();
        return buffer.WrittenSpan[1..].ToArray();
    }
}
