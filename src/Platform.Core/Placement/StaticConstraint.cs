using System.Globalization;
using System.Text.RegularExpressions;

namespace Platform.Core.Placement;

/// <summary>A constraint that looks at the agent alone: LIKE, UNLIKE, IS, and CLUSTER with a value.</summary>
internal sealed class StaticConstraint
{
    private readonly ConstraintOperator @operator;
    private readonly string operand;
    private readonly Regex? pattern;
    private readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);

    public StaticConstraint(Constraint constraint)
    {
        Constraint = constraint;
        @operator = constraint.Operator;
        operand = constraint.Value ?? "";
        if (@operator == ConstraintOperator.Is && AttributeText.IsScalar(operand))
            operand = AttributeText.Scalar(double.Parse(operand, CultureInfo.InvariantCulture));
        if (@operator is ConstraintOperator.Like or ConstraintOperator.Unlike && operand.Length > 0)
            pattern = ConstraintSyntax.PatternOf(operand);
    }

    public Constraint Constraint { get; }

    public static bool Covers(Constraint constraint) => constraint.Operator switch
    {
        ConstraintOperator.Like or ConstraintOperator.Unlike or ConstraintOperator.Is => true,
        ConstraintOperator.Cluster => !string.IsNullOrEmpty(constraint.Value),
        _ => false,
    };

    public bool Holds(PoolAgent agent) => Matches(FieldIndex.Read(Constraint.Field, agent));

    /// <summary>Whether it holds for a value of its field; null stands for an agent without the field.</summary>
    public bool Matches(string? value)
    {
        // An agent without the field satisfies only UNLIKE (Marathon, Constraints.scala).
        if (value is null) return @operator == ConstraintOperator.Unlike;
        if (pattern is null) return @operator is ConstraintOperator.Is or ConstraintOperator.Cluster && value == operand;
        ref var holds = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(known, value, out var seen);
        if (!seen) holds = pattern.IsMatch(value) == (@operator == ConstraintOperator.Like);
        return holds;
    }
}
