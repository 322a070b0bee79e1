using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client.Apps;

namespace Platform.Cli.Output;

/// <summary>Apps and their instances for people.</summary>
internal static class AppRendering
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    internal static JsonObject Json<T>(T value) => JsonSerializer.SerializeToNode(value, Web)!.AsObject();

    /// <summary>One word on how an app is.</summary>
    /// <param name="app">The app.</param>
    /// <param name="queue">Its entry in the launch queue; null: nothing of it waits.</param>
    internal static string State(App app, JsonObject? queue) => app switch
    {
        { Deployments.Count: > 0 } => "deploying",
        { Instances: 0, TasksRunning: 0, TasksStaged: 0 } => "suspended",
        { TasksStaged: 0 } when queue is null && app.TasksRunning < app.Instances && RunsOnce(app) => app.TasksRunning == 0 ? "done" : "running",
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

    /// <summary>True if instances that ended well are not started again.</summary>
    private static bool RunsOnce(App app) =>
        app.More is { } more && more.TryGetValue("platform", out var platform) && platform.ValueKind == JsonValueKind.Object
        && platform.TryGetProperty("runOnce", out var once) && once.ValueKind == JsonValueKind.True;

    internal static void Print(Terminal terminal, App app, JsonObject? queue, AppTaskFailure? failure)
    {
        terminal.Line($"{app.Id}  {State(app, queue)}");
        terminal.Line($"  command    {Command(app)}");
        terminal.Line($"  instances  {app.TasksRunning} of {app.Instances} running, {app.TasksStaged} staged, healthy {Health(app)}");
        terminal.Line($"  each       {app.Cpus:0.###} cpus, {app.Mem:0.###} MB");
        terminal.Line($"  version    {app.Version}");
        foreach (var deployment in app.Deployments)
            terminal.Line($"  deployment {deployment.Id}");
        if (WaitingRendering.Summary(queue) is { } waits)
            terminal.Line($"  waiting    {waits}");
        WaitingRendering.PrintFailure(terminal, failure, "last end  ");
        if (failure is not null)
            terminal.Line($"  output     './platform app logs {app.Id}{(app.TasksRunning > 0 ? " --previous" : "")}' shows what it wrote");
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
