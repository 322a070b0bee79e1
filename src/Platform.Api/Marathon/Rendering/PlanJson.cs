using System.Text.Json;
using Platform.Core.Deployments;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Plans of deployments in Marathon's JSON, as events show them.</summary>
internal static class PlanJson
{
    /// <summary>Writes a plan: its id, steps and version.</summary>
    /// <remarks>
    /// Marathon left out what was before and what will be since it had "light" plans. Clients that are older cannot read an event without
    /// the two, so they are there and name the root only.
    /// </remarks>
    public static void Write(Utf8JsonWriter json, string id, string version, DeploymentPlan plan)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        WriteRoot(json, "original"u8);
        WriteRoot(json, "target"u8);
        json.WriteStartArray("steps"u8);
        foreach (var step in plan.Steps)
            WriteStep(json, step);
        json.WriteEndArray();
        json.WriteString("version"u8, version);
        json.WriteEndObject();
    }

    /// <summary>Writes the actions of a step.</summary>
    public static void WriteStep(Utf8JsonWriter json, DeploymentStep step)
    {
        json.WriteStartObject();
        json.WriteStartArray("actions"u8);
        foreach (var action in step.Actions)
        {
            json.WriteStartObject();
            json.WriteString("action"u8, action.WireName);
            json.WriteString(action.IsPod ? "pod"u8 : "app"u8, action.AppId);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRoot(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        json.WriteStartObject(name);
        json.WriteString("id"u8, "/"u8);
        json.WriteEndObject();
    }
}
