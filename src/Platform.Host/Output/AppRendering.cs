using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Apps;

namespace Platform.Host.Output;

/// <summary>Apps and their instances for people.</summary>
internal static class AppRendering
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal static JsonObject Json<T>(T value) => JsonSerializer.SerializeToNode(value, Web)!.AsObject();

    /// <summary>One word on how an app is.</summary>
    internal static string State(App app) => app switch
    {
        { Deployments.Count: > 0 } => "deploying",
        { Instances: 0, TasksRunning: 0, TasksStaged: 0 } => "suspended",
        _ when app.TasksRunning < app.Instances => "waiting",
        { TasksUnhealthy: > 0 } => "unhealthy",
        _ => "running",
    };

    internal static string Health(App app) =>
        app.TasksHealthy + app.TasksUnhealthy == 0 && !HasHealthChecks(app) ? "-" : $"{app.TasksHealthy}/{app.Instances}";

    internal static string Command(App app)
    {
        var text = app.Cmd ?? (app.Args is { } args ? string.Join(' ', args) : "");
        text = text.ReplaceLineEndings(" ");
        return text.Length <= 60 ? text : text[..59] + "…";
    }

    internal static void Print(Terminal terminal, App app)
    {
        terminal.Line($"{app.Id}  {State(app)}");
        terminal.Line($"  command    {Command(app)}");
        terminal.Line($"  instances  {app.TasksRunning} of {app.Instances} running, {app.TasksStaged} staged, healthy {Health(app)}");
        terminal.Line($"  each       {app.Cpus:0.###} cpus, {app.Mem:0.###} MB");
        terminal.Line($"  version    {app.Version}");
        foreach (var deployment in app.Deployments)
            terminal.Line($"  deployment {deployment.Id}");
        if (app.LastTaskFailure is { } failure)
            terminal.Line($"  last end   {failure.State} on {failure.Host} at {failure.Timestamp:yyyy-MM-dd HH:mm:ss}: {failure.Message}");
        terminal.Line("");
        Tasks(terminal, app.Tasks ?? []);
    }

    internal static void Tasks(Terminal terminal, IReadOnlyList<AppTask> tasks)
    {
        var now = DateTimeOffset.UtcNow;
        terminal.Table(
            ["TASK", "STATE", "HEALTH", "HOST", "PORTS", "STARTED"],
            tasks.OrderBy(task => task.Id, StringComparer.Ordinal).Select(task => new[]
            {
                task.Id, task.State.Replace("TASK_", "", StringComparison.Ordinal).ToLowerInvariant(), HealthOf(task), task.Host,
                task.Ports.Count == 0 ? "-" : string.Join(',', task.Ports), Ages.Since(task.StartedAt, now),
            }),
            () => new JsonArray([.. tasks.Select(task => (JsonNode)Json(task))]),
            "It has no instances.");
    }

    private static string HealthOf(AppTask task) =>
        task.HealthCheckResults.Count == 0 ? "-" : task.HealthCheckResults.All(result => result.Alive) ? "healthy" : "unhealthy";

    private static bool HasHealthChecks(App app) =>
        app.More is { } more && more.TryGetValue("healthChecks", out var checks) && checks.ValueKind == JsonValueKind.Array && checks.GetArrayLength() > 0;
}
