using System.Text.RegularExpressions;
using Platform.Api.Http;
using Platform.Core.Apps;
using Platform.Core.Placement;

namespace Platform.Api.Marathon.Definitions;

/// <summary>What each operator wants of its value, with Marathon's messages.</summary>
internal static partial class ConstraintRules
{
    /// <summary>A pattern of more than this many characters is refused, so that nobody makes the scheduler slow with one.</summary>
    private const int LongestPattern = 4_096;

    [GeneratedRegex("^[a-zA-Z0-9_/.-]*$")]
    private static partial Regex Literal { get; }

    public static void Check(ConstraintSpec constraint, string at, JsonProblems problems)
    {
        var error = constraint.Operator switch
        {
            "UNIQUE" => constraint.Value is null ? null : "UNIQUE does not accept a value",
            "GROUP_BY" => constraint.Value is null || IsInteger(constraint.Value) ? null : "GROUP BY must define an integer value or else no value at all",
            "MAX_PER" => constraint.Value is not null && IsInteger(constraint.Value) ? null : "MAX_PER requires an integer value",
            "LIKE" or "UNLIKE" => constraint.Value is null ? "LIKE and UNLIKE require a non-empty, regular expression value"
                : ProblemOf(constraint.Value),
            "IS" => constraint.Value is null ? "IS requires a value"
                : Literal.IsMatch(constraint.Value) ? null
                : "IS only supports Mesos text and float values (see http://mesos.apache.org/documentation/latest/attributes-resources/)",
            _ => null,
        };
        if (error is not null)
            problems.Rule(at, error);
    }

    /// <summary>Constraints of a volume are about the path of its disk only.</summary>
    public static void CheckVolume(ConstraintSpec constraint, string at, JsonProblems problems)
    {
        if (constraint.Field != "path" || constraint.Value is null)
            problems.Rule(at, $"Unsupported constraint {constraint.Field},{constraint.Operator}{(constraint.Value is null ? "" : "," + constraint.Value)}");
        else if (constraint.Operator is not ("LIKE" or "UNLIKE"))
            problems.Rule(at, "Operator must be one of LIKE, UNLIKE");
        else if (ProblemOf(constraint.Value) is { } error)
            problems.Rule(at, $"Invalid regular expression: {error}");
    }

    private static bool IsInteger(string value) =>
        int.TryParse(value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out _);

    /// <summary>Why a pattern cannot be taken; null: it can. The planner matches in linear time only, so what Java could do by going back is refused, and said.</summary>
    private static string? ProblemOf(string pattern)
    {
        if (pattern.Length > LongestPattern)
            return $"must have at most {LongestPattern} characters";
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return "is not a valid regular expression";
        }
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException refused)
        {
            // The message has the construct in quotes; a pattern that grows too large has none.
            return refused.Message.Split('\'') is [_, var construct, ..]
                ? $"uses {construct}, which cannot be matched in linear time; name the values themselves, or use UNLIKE for the contrary"
                : "is too large to be matched in linear time";
        }
        return ConstraintSyntax.PatternOf(pattern) is null ? "is not a valid regular expression" : null;
    }
}
