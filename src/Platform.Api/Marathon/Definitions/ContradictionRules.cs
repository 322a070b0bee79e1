using System.Globalization;
using Platform.Api.Http;
using Platform.Core.Apps;

namespace Platform.Api.Marathon.Definitions;

/// <summary>Constraints that no cluster could ever fulfil together. Marathon took them, and the deployment waited for ever.</summary>
internal static class ContradictionRules
{
    public static void Check(AppSpec app, string path, JsonProblems problems)
    {
        foreach (var field in app.Constraints.GroupBy(c => c.Field == "@hostname" ? "hostname" : c.Field, StringComparer.Ordinal))
        {
            if (Contradiction([.. field], app.Instances) is { } error)
                problems.Rule(path + "/constraints", $"can never be fulfilled: {error}");
        }
    }

    private static string? Contradiction(List<ConstraintSpec> constraints, int instances)
    {
        var name = constraints[0].Field;
        var only = constraints.Where(c => c.Value is not null && c.Operator is ("IS" or "CLUSTER")).Select(c => c.Value!).Distinct(StringComparer.Ordinal).ToList();
        if (only.Count > 1)
            return $"{name} cannot be {only[0]} and {only[1]}";
        var one = constraints.Find(c => c.Operator is "CLUSTER" or "IS");
        if (constraints.Exists(c => c.Operator == "UNIQUE") && one is not null && instances > 1)
            return $"{instances} instances cannot have different values of {name} and all the same";
        foreach (var limit in constraints.Where(c => c.Operator == "MAX_PER"))
        {
            if (!int.TryParse(limit.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var most))
                continue;
            if (most < 1 && instances > 0)
                return $"at most {most} instances per {name}";
            if (one is not null && instances > most)
                return $"{instances} instances with the same {name} are more than {most}";
        }
        return null;
    }
}
