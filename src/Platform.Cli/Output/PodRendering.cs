using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Apps;
using Platform.Client.Pods;

namespace Platform.Cli.Output;

/// <summary>Pods and their instances for people.</summary>
internal static class PodRendering
{
    internal static string[] Row(PodStatus pod) =>
    [
        pod.Id, $"{Stable(pod)}/{pod.Spec.Scaling.Instances}", pod.Status.ToLowerInvariant(), Ages.Since(pod.StatusSince, DateTimeOffset.UtcNow), Containers(pod),
    ];

    internal static void Print(Terminal terminal, PodStatus pod, AppTaskFailure? failure)
    {
        terminal.Line($"{pod.Id}  {pod.Status.ToLowerInvariant()}");
        if (pod.Message is not null)
            terminal.Line($"  {pod.Message}");
        terminal.Line($"  containers {Containers(pod)}");
        terminal.Line($"  instances  {Stable(pod)} of {pod.Spec.Scaling.Instances} stable");
        terminal.Line($"  version    {pod.Spec.Version}");
        WaitingRendering.PrintFailure(terminal, failure, "last end  ");
        if (failure is not null)
            terminal.Line($"  output     './platform pod logs {pod.Id}{(pod.Instances.Count > 0 ? " --previous" : "")}' shows what it wrote");
        terminal.Line("");
        terminal.Table(
            ["INSTANCE", "CONTAINER", "STATUS", "HEALTH", "HOST", "PORTS"],
            pod.Instances.SelectMany(instance => instance.Containers.Select(container => Row(instance, container))),
            () => new JsonArray([.. pod.Instances.Select(instance => (JsonNode)AppRendering.Json(instance))]),
            "It has no instances.");
    }

    internal static void Waiting(Terminal terminal, PodStatus pod, JsonObject pending, AppTaskFailure? failure)
    {
        var waiting = pending["waiting"]?.GetValue<int>() ?? 0;
        terminal.Line(waiting == 0
            ? $"{pod.Id}: nothing waits; {Stable(pod)} of {pod.Spec.Scaling.Instances} instances are stable."
            : $"{pod.Id}: {waiting} of {pod.Spec.Scaling.Instances} instances wait to be started.");
        if (pending["delayedUntil"] is { } until)
            terminal.Line($"  The next launch is delayed until {until}, because instances failed.");
        if (pending["explanation"] is JsonObject why)
        {
            terminal.Line($"  {why["feasibleAgents"]} of {why["agents"]} agents could take one now. The others reject it for:");
            foreach (var reason in (why["reasons"] as JsonArray)?.OfType<JsonObject>() ?? [])
                terminal.Line($"    {reason["message"]}");
        }
        WaitingRendering.PrintFailure(terminal, failure, "Last end:");
    }

    private static string[] Row(PodInstance instance, PodContainer container) =>
    [
        instance.Id, container.Name, container.Status.Replace("TASK_", "", StringComparison.Ordinal).ToLowerInvariant(),
        container.Conditions.FirstOrDefault(condition => condition.Name == "healthy") is { } health ? health.Value == "true" ? "healthy" : "unhealthy" : "-",
        instance.AgentHostname,
        container.Endpoints.Count == 0 ? "-" : string.Join(',', container.Endpoints.Select(endpoint => endpoint.AllocatedHostPort is { } port ? $"{endpoint.Name}:{port}" : endpoint.Name)),
    ];

    private static int Stable(PodStatus pod) => pod.Instances.Count(instance => instance.Status == "STABLE");

    private static string Containers(PodStatus pod) =>
        pod.Spec.More is { } more && more.TryGetValue("containers", out var containers) && containers.ValueKind == JsonValueKind.Array
            ? string.Join(", ", containers.EnumerateArray().Select(container => container.GetProperty("name").GetString()))
            : "";
}
