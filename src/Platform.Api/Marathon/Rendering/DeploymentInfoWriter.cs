using System.Text.Json;
using Platform.Contracts.Apps;

namespace Platform.Api.Marathon.Rendering;

/// <summary>Writes a running deployment.</summary>
internal static class DeploymentInfoWriter
{
    /// <summary>The apps of the step that runs.</summary>
    public static IEnumerable<string> CurrentApps(DeploymentStatus deployment) =>
        Current(deployment) is { } step ? step.Actions.Select(action => action.AppId) : [];

    public static void Write(Utf8JsonWriter writer, DeploymentStatus deployment, IReadOnlyDictionary<string, AppStatus?> apps)
    {
        var plan = deployment.Start.Plan;
        writer.WriteStartObject();
        writer.WriteString("id", deployment.Id);
        writer.WriteString("version", deployment.Start.Version);
        WriteAffected(writer, "affectedApps", plan, pods: false);
        WriteAffected(writer, "affectedPods", plan, pods: true);
        DeploymentWriter.WriteSteps(writer, plan);
        writer.WriteStartArray("currentActions");
        foreach (var action in Current(deployment)?.Actions ?? default)
        {
            writer.WriteStartObject();
            DeploymentWriter.WriteAction(writer, action);
            var app = apps.GetValueOrDefault(action.AppId);
            AppInfoWriter.WriteReadiness(writer, app?.Instances ?? default);
            if (app?.Canary is { } canary)
                AppInfoWriter.WriteCanary(writer, canary);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteNumber("currentStep", deployment.CurrentStep);
        writer.WriteNumber("totalSteps", plan.Steps.Count);
        // Left out when it is false: some clients take no member that they do not know.
        if (deployment.Paused)
            writer.WriteBoolean("paused", true);
        writer.WriteEndObject();
    }

    private static void WriteAffected(Utf8JsonWriter writer, string name, Core.Deployments.DeploymentPlan plan, bool pods)
    {
        writer.WriteStartArray(name);
        foreach (var id in plan.Steps.SelectMany(step => step.Actions).Where(action => action.IsPod == pods).Select(action => action.AppId).Distinct(StringComparer.Ordinal))
            writer.WriteStringValue(id);
        writer.WriteEndArray();
    }

    private static Core.Deployments.DeploymentStep? Current(DeploymentStatus deployment) =>
        deployment.CurrentStep >= 1 && deployment.CurrentStep <= deployment.Start.Plan.Steps.Count
            ? deployment.Start.Plan.Steps[deployment.CurrentStep - 1]
            : null;
}
