using System.Text.Json;

namespace Platform.Core.Allocation;

/// <summary>
/// Replays step scenarios for the sorter and the allocator. The timing is that of the original: allocation runs on an interval
/// and on the events that trigger it there, so that the outcome can be compared step by step.
/// </summary>
public static class AllocatorReplay
{
    /// <summary>Replays a file of the form <c>{"sorter": [...], "allocator": [...]}</c>; other members are ignored.</summary>
    /// <param name="json">The text of the file.</param>
    /// <exception cref="FormatException">The text is not a file of that form; the message says what is wrong.</exception>
    public static ReplayReport Run(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException problem)
        {
            throw new FormatException($"The scenarios are not valid JSON: {problem.Message}");
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("The scenarios must be an object with the members 'sorter' and 'allocator'");
            var lines = new List<string>();
            var passed = 0;
            foreach (var (member, run) in new (string, Func<JsonElement, ReplayFailure?>)[] { ("sorter", RunSorter), ("allocator", RunAllocator) })
            {
                if (!document.RootElement.TryGetProperty(member, out var scenarios))
                    continue;
                if (scenarios.ValueKind != JsonValueKind.Array)
                    throw new FormatException($"'{member}' must be an array of scenarios");
                foreach (var scenario in scenarios.EnumerateArray())
                {
                    var id = scenario.ValueKind == JsonValueKind.Object && scenario.TryGetProperty("id", out var name) ? name.ToString() : "?";
                    var failure = run(scenario);
                    passed += failure is null ? 1 : 0;
                    lines.Add(failure is null ? $"{id} pass" : $"{id} fail step {failure.Step}: expected {failure.Expected}, got {failure.Actual}");
                }
            }
            return new([.. lines], passed, lines.Count - passed);
        }
    }

    private static ReplayFailure? RunSorter(JsonElement scenario)
    {
        var replay = new SorterReplay();
        return RunSteps(scenario, replay.Step);
    }

    private static ReplayFailure? RunAllocator(JsonElement scenario)
    {
        AllocatorScenario replay;
        try
        {
            replay = new(scenario.ValueKind == JsonValueKind.Object && scenario.TryGetProperty("options", out var options) ? options : default);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return new(0, "known options", problem.Message);
        }
        return RunSteps(scenario, replay.Step);
    }

    private static ReplayFailure? RunSteps(JsonElement scenario, Func<ReplayStep, (string Expected, string Actual)?> run)
    {
        if (scenario.ValueKind != JsonValueKind.Object || !scenario.TryGetProperty("steps", out var steps) || steps.ValueKind != JsonValueKind.Array)
            return new(0, "an array of steps", scenario.ValueKind.ToString());
        var number = 0;
        foreach (var element in steps.EnumerateArray())
        {
            number++;
            try
            {
                if (run(new(element)) is var (expected, actual))
                    return new(number, expected, actual);
            }
            // Whatever a step leads to, the scenarios after it are run.
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                return new(number, "a valid step", $"{problem.Message} in {element.GetRawText()}");
            }
        }
        return null;
    }
}
