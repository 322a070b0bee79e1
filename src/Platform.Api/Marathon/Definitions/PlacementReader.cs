using System.Text.Json;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Reads constraints.</summary>
internal static class PlacementReader
{
    private static readonly string[] Operators = ["UNIQUE", "CLUSTER", "GROUP_BY", "LIKE", "MAX_PER", "UNLIKE", "IS"];

    /// <summary>An array of field, operator and value. The rules of each operator are checked later.</summary>
    public static ConstraintSpec? ReadConstraint(JsonElement value, string at, JsonProblems problems)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            problems.Shape(at, "error.expected.jsarray");
            return null;
        }
        if (value.GetArrayLength() is < 2 or > 3)
        {
            problems.Rule(at, "Each constraint must have either 2 or 3 fields");
            return null;
        }
        var parts = new string?[3];
        for (var i = 0; i < value.GetArrayLength(); i++)
        {
            // Clients of old wrote an empty or null value for none.
            if (i == 2 && value[i].ValueKind == JsonValueKind.Null)
                continue;
            if ((parts[i] = JsonObjectReader.TextOf(value[i], $"{at}({i})", problems)) is null)
                return null;
        }
        if (parts[0]!.Length == 0)
        {
            problems.Rule(at, "missing field for constraint declaration");
            return null;
        }
        var op = parts[1]!.ToUpperInvariant();
        if (Array.IndexOf(Operators, op) < 0)
        {
            problems.Rule(at, "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS");
            return null;
        }
        return Make(parts[0]!, op, parts[2]);
    }

    /// <summary>An object with fieldName, operator and value, as pods have it; the array of apps is taken as well.</summary>
    public static ConstraintSpec? ReadPodConstraint(JsonElement value, string at, JsonProblems problems)
    {
        if (value.ValueKind == JsonValueKind.Array)
            return ReadConstraint(value, at, problems);
        if (JsonObjectReader.Open(value, at, problems) is not { } constraint)
            return null;
        if (!(constraint.Require("fieldName") & constraint.Require("operator")))
            return null;
        var field = constraint.Text("fieldName");
        var op = constraint.Choice("operator", Operators);
        var operand = constraint.Text("value");
        if (field?.Length == 0)
            constraint.Rule("", "missing field for constraint declaration");
        return string.IsNullOrEmpty(field) || op is null ? null : Make(field, op, operand);
    }

    private static ConstraintSpec Make(string field, string op, string? value) =>
        new(field, op, value?.Length == 0 && op is ("UNIQUE" or "GROUP_BY" or "CLUSTER") ? null : value);
}
