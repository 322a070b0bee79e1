using System.Text.Json.Nodes;
using Platform.Client.Apps;

namespace Platform.Host.Output;

/// <summary>Why instances wait, from an entry of the launch queue.</summary>
internal static class WaitingRendering
{
    internal static void Print(Terminal terminal, App app, JsonObject? queue)
    {
        if (queue is null)
        {
            terminal.Line($"{app.Id}: nothing waits; {app.TasksRunning} of {app.Instances} instances run.");
            PrintFailure(terminal, app);
            return;
        }

        terminal.Line($"{app.Id}: {Number(queue["count"])} of {app.Instances} instances wait to be started.");
        if (queue["delay"] is JsonObject delay && Number(delay["timeLeftSeconds"]) is > 0 and var left)
            terminal.Line($"  The next launch is delayed by {left:0} s, because instances failed.");
        PrintFailure(terminal, app);

        var summary = (queue["processedOffersSummary"]?["rejectSummaryLastOffers"] as JsonArray)?.OfType<JsonObject>().ToArray() ?? [];
        var rows = summary.Where(row => Number(row["declined"]) > 0)
            .Select(row => new[] { Text(row["reason"]), $"{Number(row["declined"]):0} of {Number(row["processed"]):0} agents" }).ToArray();
        if (rows.Length > 0)
            terminal.Table(["REASON", "REJECTED"], rows, () => new JsonArray(), "");
        foreach (var reason in (queue["platform"]?["reasons"] as JsonArray)?.OfType<JsonObject>() ?? [])
            terminal.Line($"  {Number(reason["agents"]):0} agents: {Text(reason["message"] ?? reason["reason"])}");
    }

    private static void PrintFailure(Terminal terminal, App app)
    {
        if (app.LastTaskFailure is { } failure)
            terminal.Line($"  Last end: {failure.State} on {failure.Host} at {failure.Timestamp:yyyy-MM-dd HH:mm:ss}: {failure.Message}");
    }

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
