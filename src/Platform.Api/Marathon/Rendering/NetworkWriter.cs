using System.Text.Json;
using Platform.Api.Marathon.Definitions;
using Platform.Core.Apps;
using Platform.Core.Collections;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes networks and ports.</summary>
internal static class NetworkWriter
{
    public static void Write(Utf8JsonWriter writer, AppSpec app)
    {
        WriteNetworks(writer, app.Networks);
        if (AppNetworks.IsHost(app.Networks))
        {
            writer.WriteStartArray("portDefinitions");
            foreach (var port in app.PortDefinitions)
            {
                writer.WriteStartObject();
                writer.WriteNumber("port", port.Port);
                writer.WriteMap("labels", port.Labels, omitEmpty: true);
                writer.WriteOptional("name", port.Name);
                writer.WriteString("protocol", port.Protocol);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        writer.WriteBoolean("requirePorts", app.RequirePorts);
    }

    public static void WriteNetworks(Utf8JsonWriter writer, ValueList<NetworkSpec> networks)
    {
        writer.WriteStartArray("networks");
        foreach (var network in networks)
        {
            writer.WriteStartObject();
            writer.WriteOptional("name", network.Name);
            writer.WriteString("mode", network.Mode switch { NetworkMode.Host => "host", NetworkMode.Bridge => "container/bridge", _ => "container" });
            writer.WriteMap("labels", network.Labels, omitEmpty: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void WriteMappings(Utf8JsonWriter writer, ValueList<PortMapping> mappings)
    {
        writer.WriteStartArray("portMappings");
        foreach (var mapping in mappings)
        {
            writer.WriteStartObject();
            writer.WriteNumber("containerPort", mapping.ContainerPort);
            if (mapping.HostPort is { } hostPort)
                writer.WriteNumber("hostPort", hostPort);
            writer.WriteMap("labels", mapping.Labels);
            writer.WriteOptional("name", mapping.Name);
            writer.WriteString("protocol", mapping.Protocol);
            writer.WriteNumber("servicePort", mapping.ServicePort ?? 0);
            writer.WriteTexts("networkNames", mapping.NetworkNames, omitEmpty: true);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
