using System.Collections.Immutable;
using System.Text.Json;

namespace Platform.Core;

/// <summary>Reads an agent's resources in Mesos' text form or as its JSON array, and gathers every problem.</summary>
internal static class ResourcesParser
{
    internal static bool TryParse(string text, string defaultRole, out Resources resources, out ImmutableArray<string> errors)
    {
        var problems = new List<string>();
        var list = new List<Resource>();
        var trimmed = text.TrimStart();
        if (trimmed.StartsWith('[') || trimmed.StartsWith('{'))
            ReadJson(text, defaultRole, list, problems);
        else
            ReadText(text, defaultRole, list, problems);
        if (problems.Count == 0)
            problems.AddRange(Resources.ValidateForAgent(list).Distinct(StringComparer.Ordinal));
        errors = [.. problems];
        resources = problems.Count == 0 ? Resources.Of(list) : Resources.Empty;
        return problems.Count == 0;
    }

    private static void ReadJson(string text, string defaultRole, List<Resource> list, List<string> problems)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            ResourcesJson.Read(document.RootElement, defaultRole, list, problems);
        }
        catch (JsonException problem)
        {
            problems.Add($"The resources are not valid JSON: {problem.Message}");
        }
    }

    private static void ReadText(string text, string defaultRole, List<Resource> list, List<string> problems)
    {
        foreach (var token in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = token.Split(':', StringSplitOptions.RemoveEmptyEntries);
            if (pair.Length != 2)
            {
                problems.Add($"Bad value for resources, missing or extra ':' in '{token.Trim()}'");
                continue;
            }
            var name = pair[0].Trim();
            var role = defaultRole;
            var open = pair[0].IndexOf('(', StringComparison.Ordinal);
            if (open >= 0)
            {
                var close = pair[0].IndexOf(')', StringComparison.Ordinal);
                if (close < open)
                {
                    problems.Add($"Bad value for resources, mismatched parentheses in '{token.Trim()}'");
                    continue;
                }
                name = pair[0][..open].Trim();
                role = pair[0][(open + 1)..close].Trim();
            }
            else if (pair[0].Contains(')', StringComparison.Ordinal))
            {
                problems.Add($"Bad value for resources, mismatched parentheses in '{token.Trim()}'");
                continue;
            }
            var value = ValueParser.Parse(pair[1]);
            if (value.Error is not null)
                problems.Add($"Failed to parse resource '{name}' value '{pair[1].Trim()}': {value.Error}");
            else if (value.Type == ResourceType.Text)
                problems.Add($"Bad type for resource '{name}' value '{pair[1].Trim()}': a number, ranges or a set is needed");
            else
                list.Add(Make(name, value, role));
        }
    }

    private static Resource Make(string name, ValueParser.ParsedValue value, string role) => new()
    {
        Name = name,
        Type = value.Type,
        Milli = value.Milli,
        Ranges = value.Ranges,
        Items = value.Items,
        Reservations = role == "*" ? [] : [new Reservation(ReservationType.Static, role)],
    };
}
