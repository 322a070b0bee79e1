using System.Text.Json.Nodes;

namespace Platform.Cli.Output;

/// <summary>What a submission would do, for people.</summary>
internal static class PlanRendering
{
    /// <summary>Whether some app of the plan could not run even on empty agents.</summary>
    internal static bool IsImpossible(JsonNode plan) => Objects(plan["changes"]).Any(change => Flag(change["placement"]?["explanation"]?["impossible"]));

    internal static void Print(Terminal terminal, JsonNode plan)
    {
        var steps = Objects(plan["steps"]).Select(step => string.Join(", ", Objects(step["actions"]).Select(action => $"{action["action"]} {action["app"] ?? action["pod"]}"))).ToList();
        for (var index = 0; index < steps.Count; index++)
            terminal.Line($"Step {index + 1}: {steps[index]}");
        if (steps.Count == 0)
            terminal.Line("Nothing would change.");
        foreach (var change in Objects(plan["changes"]))
        {
            terminal.Line($"{change["app"] ?? change["pod"]}: {change["change"]}");
            foreach (var field in Objects(change["fields"]))
                terminal.Line($"  {field["path"]}: {Value(field["before"])} -> {Value(field["after"])}");
            if (change["placement"] is JsonObject placement)
                PrintPlacement(terminal, placement);
        }
    }

    private static void PrintPlacement(Terminal terminal, JsonObject placement)
    {
        PrintCount(terminal, "starts", placement["placed"], placement["agents"]);
        PrintCount(terminal, "stops", placement["stopped"], placement["stoppedOn"]);
        foreach (var move in Objects(placement["moved"]))
            terminal.Line($"  moves {move["count"]} from {move["from"]} to {move["to"]}");
        foreach (var victim in Objects(placement["victims"]))
            terminal.Line($"  preempts {victim["task"]} of {victim["app"]} (priority {victim["priority"]}) on agent {victim["agent"]}, with {victim["killGraceSeconds"]} s to end");
        var unplaced = Number(placement["unplaced"]);
        if (unplaced == 0)
            return;
        terminal.Line($"  finds no place now for {unplaced:0}{(Number(placement["explanation"]?["agents"]) > 0 ? ":" : ", since there are no agents")}");
        foreach (var reason in Objects(placement["explanation"]?["reasons"]))
            terminal.Line($"    {reason["message"]}");
        if (Flag(placement["explanation"]?["impossible"]))
            terminal.Line("  No agent could take one even if it were empty.");
    }

    private static void PrintCount(Terminal terminal, string verb, JsonNode? count, JsonNode? hosts)
    {
        if (Number(count) > 0)
            terminal.Line($"  {verb} {Number(count):0} ({string.Join(", ", (hosts as JsonObject ?? []).Select(host => $"{host.Key}: {host.Value}"))})");
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? array) => (array as JsonArray)?.OfType<JsonObject>() ?? [];

    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : 0;

    private static bool Flag(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static string Value(JsonNode? node) => node?.ToJsonString() ?? "none";
}
