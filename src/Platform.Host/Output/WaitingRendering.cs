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

        if (queue["processedOffersSummary"]?["platform"] is not JsonObject why)
            return;
        terminal.Line($"  {Number(why["feasibleAgents"]):0} of {Number(why["agents"]):0} agents could take one now. The others reject it for:");
        foreach (var reason in (why["reasons"] as JsonArray)?.OfType<JsonObject>() ?? [])
            terminal.Line($"    {Text(reason["message"])}");
        if (why["impossible"] is JsonValue impossible && impossible.TryGetValue<bool>(out var never) && never)
            terminal.Line("  No agent could take one even if it were empty.");
    }

    private static void PrintFailure(Terminal terminal, App app)
    {
        if (app.LastTaskFailure is { } failure)
            terminal.Line($"  Last end: {failure.State} on {failure.Host} at {failure.Timestamp:yyyy-MM-dd HH:mm:ss}: {failure.Message}");
    }

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
