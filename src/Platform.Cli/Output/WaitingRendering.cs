using System.Text.Json.Nodes;
using Platform.Client.Apps;

namespace Platform.Cli.Output;

/// <summary>Why instances wait, from an entry of the launch queue.</summary>
internal static class WaitingRendering
{
    /// <summary>The entry of an app; null: nothing of it waits.</summary>
    internal static JsonObject? Find(IEnumerable<JsonObject> queue, string app) => queue.FirstOrDefault(entry => Text(entry["app"]?["id"]) == app);

    /// <summary>Why, in half a sentence; null: nothing waits.</summary>
    internal static string? Summary(JsonObject? queue)
    {
        if (queue is null)
            return null;
        if (DelayOf(queue) > 0)
            return "the next launch is delayed, because instances failed";
        if (queue["processedOffersSummary"]?["platform"] is not JsonObject why)
            return $"{Number(queue["count"]):0} wait for a place";
        if (Number(why["agents"]) == 0)
            return $"{Number(queue["count"]):0} wait: there are no agents";
        var reasons = Reasons(why).ToList();
        if (reasons.Count == 0 || Number(why["feasibleAgents"]) > 0)
            return $"{Number(queue["count"]):0} wait for a place";
        return $"{Number(queue["count"]):0} wait: {string.Join(", ", reasons.Take(2))}{(IsImpossible(why) ? "; no agent could take one even if it were empty" : "")}";
    }

    /// <summary>The answer of <c>app why</c>.</summary>
    internal static void Print(Terminal terminal, App app, JsonObject? queue, AppTaskFailure? failure)
    {
        if (queue is null)
        {
            terminal.Line(AppRendering.State(app, null) == "done"
                ? $"{app.Id}: nothing waits; its instances run once, and are done."
                : $"{app.Id}: nothing waits; {app.TasksRunning} of {app.Instances} instances run.");
            PrintFailure(terminal, failure, "Last end:");
            return;
        }

        terminal.Line($"{app.Id}: {Number(queue["count"])} of {app.Instances} instances wait to be started.");
        if (DelayOf(queue) is > 0 and var left)
            terminal.Line($"  The next launch is delayed by {left:0} s, because instances failed.");
        PrintFailure(terminal, failure, "Last end:");
        PrintReasons(terminal, queue);
    }

    /// <summary>What the agents have against it, or nothing.</summary>
    internal static void PrintReasons(Terminal terminal, JsonObject queue)
    {
        if (queue["processedOffersSummary"]?["platform"] is not JsonObject why)
            return;
        if (Number(why["agents"]) == 0)
        {
            terminal.Line("  There are no agents. './platform agent --work-dir DIR' starts one.");
            return;
        }
        terminal.Line($"  {Number(why["feasibleAgents"]):0} of {Number(why["agents"]):0} agents could take one now. The others reject it for:");
        foreach (var reason in Reasons(why))
            terminal.Line($"    {reason}");
        if (IsImpossible(why))
            terminal.Line("  No agent could take one even if it were empty.");
    }

    /// <summary>How an instance ended, with the last that it wrote to standard error.</summary>
    internal static void PrintFailure(Terminal terminal, AppTaskFailure? failure, string title)
    {
        const int MostLines = 10;
        if (failure is null)
            return;
        terminal.Line($"  {title} {failure.State} on {failure.Host} at {failure.Timestamp:yyyy-MM-dd HH:mm:ss}: {failure.Message}");
        if (string.IsNullOrWhiteSpace(failure.Stderr))
            return;
        terminal.Line("  It wrote to standard error at last:");
        foreach (var line in failure.Stderr.TrimEnd().Split('\n').TakeLast(MostLines))
            terminal.Line($"    {line}");
    }

    private static IEnumerable<string> Reasons(JsonObject why) => ((why["reasons"] as JsonArray) ?? []).OfType<JsonObject>().Select(reason => Text(reason["message"]));

    private static bool IsImpossible(JsonObject why) => why["impossible"] is JsonValue impossible && impossible.TryGetValue<bool>(out var never) && never;

    private static double DelayOf(JsonObject queue) => queue["delay"] is JsonObject delay ? Number(delay["timeLeftSeconds"]) : 0;

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;

    private static string Text(JsonNode? node) => node?.ToString() ?? "";
}
