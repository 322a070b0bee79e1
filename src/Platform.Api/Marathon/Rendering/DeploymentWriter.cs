using System.Text.Json;
using Platform.Core.Deployments;
using Platform.Core.Groups;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes deployments and their steps.</summary>
internal static class DeploymentWriter
{
    public const string Header = "Marathon-Deployment-Id";

    /// <summary>The answer to an accepted change.</summary>
    public static void WriteResult(Utf8JsonWriter writer, ChangeResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("version", result.Version);
        writer.WriteString("deploymentId", result.DeploymentId);
        writer.WriteEndObject();
    }

    public static void WriteSteps(Utf8JsonWriter writer, DeploymentPlan? plan)
    {
        writer.WriteStartArray("steps");
        foreach (var step in plan?.Steps ?? default)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("actions");
            foreach (var action in step.Actions)
            {
                writer.WriteStartObject();
                WriteAction(writer, action);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    public static void WriteAction(Utf8JsonWriter writer, DeploymentAction action)
    {
        writer.WriteString("action", action.WireName);
        writer.WriteString(action.IsPod ? "pod" : "app", action.AppId);
    }
}
