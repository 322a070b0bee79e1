using System.Text.RegularExpressions;

namespace Platform.Core.Placement;

/// <summary>Reads and checks constraints in the array form of an app definition, with the messages of Marathon.</summary>
public static class ConstraintSyntax
{
    /// <summary>Longest accepted regular expression, in characters.</summary>
    public const int LongestPattern = 4096;

    /// <summary>The name of an operator on the wire.</summary>
    public static string NameOf(ConstraintOperator @operator) => @operator switch
    {
        ConstraintOperator.Unique => "UNIQUE",
        ConstraintOperator.Cluster => "CLUSTER",
        ConstraintOperator.GroupBy => "GROUP_BY",
        ConstraintOperator.Like => "LIKE",
        ConstraintOperator.Unlike => "UNLIKE",
        ConstraintOperator.MaxPer => "MAX_PER",
        _ => "IS",
    };

    /// <summary>The operator with a name, in any case of letters; null when there is none.</summary>
    public static ConstraintOperator? OperatorOf(string name) => name.ToUpperInvariant() switch
    {
        "UNIQUE" => ConstraintOperator.Unique,
        "CLUSTER" => ConstraintOperator.Cluster,
        "GROUP_BY" => ConstraintOperator.GroupBy,
        "LIKE" => ConstraintOperator.Like,
        "UNLIKE" => ConstraintOperator.Unlike,
        "MAX_PER" => ConstraintOperator.MaxPer,
        "IS" => ConstraintOperator.Is,
        _ => null,
    };

    /// <summary>Reads <c>["field", "OPERATOR"]</c> or <c>["field", "OPERATOR", "value"]</c>.</summary>
    /// <param name="parts">The elements of the array.</param>
    /// <param name="problem">Why it was refused, in Marathon's words; null when it was accepted.</param>
    /// <returns>The constraint, or null when it was refused.</returns>
    public static Constraint? Parse(IReadOnlyList<string> parts, out string? problem)
    {
        if (parts.Count is < 2 or > 3)
        {
            problem = "Each constraint must have either 2 or 3 fields";
            return null;
        }

        if (OperatorOf(parts[1]) is not { } @operator)
        {
            problem = "operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS";
            return null;
        }

        var constraint = new Constraint(parts[0], @operator, parts.Count == 3 ? parts[2] : null);
        problem = Problem(constraint);
        return problem is null ? constraint : null;
    }

    /// <summary>Why a constraint is not valid, in Marathon's words; null when it is.</summary>
    public static string? Problem(Constraint constraint)
    {
        if (string.IsNullOrEmpty(constraint.Field)) return "missing field for constraint declaration";
        switch (constraint.Operator)
        {
            case ConstraintOperator.Unique:
                return constraint.Value is null ? null : "UNIQUE does not accept a value";
            case ConstraintOperator.GroupBy:
                return string.IsNullOrEmpty(constraint.Value) || int.TryParse(constraint.Value, out _)
                    ? null
                    : "GROUP BY must define an integer value or else no value at all";
            case ConstraintOperator.MaxPer:
                return int.TryParse(constraint.Value, out _) ? null : "MAX_PER requires an integer value";
            case ConstraintOperator.Like or ConstraintOperator.Unlike:
                return !string.IsNullOrEmpty(constraint.Value) && PatternOf(constraint.Value) is not null
                    ? null
                    : "LIKE and UNLIKE require a non-empty, regular expression value";
            case ConstraintOperator.Is:
                return string.IsNullOrEmpty(constraint.Value) ? "IS requires a value" : null;
            default:
                return null;
        }
    }

    /// <summary>
    /// A pattern that must match the whole value, in time linear in its length; null when it is not a regular expression
    /// or needs what linear matching cannot do (back references, look-around).
    /// </summary>
    public static Regex? PatternOf(string pattern)
    {
        if (pattern.Length > LongestPattern) return null;
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception refused) when (refused is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
