namespace Platform.Core.Placement;

/// <summary>A hard rule on the agents that may run a task, with the meaning of Marathon's constraints.</summary>
/// <param name="Field">hostname or @hostname, @region, @zone, or the name of an agent attribute.</param>
/// <param name="Operator">How the field is judged.</param>
/// <param name="Value">The operand; null or empty when the operator takes none.</param>
[GenerateSerializer, Immutable, Alias("Platform.Constraint")]
public sealed record Constraint(
    [property: Id(0)] string Field,
    [property: Id(1)] ConstraintOperator Operator,
    [property: Id(2)] string? Value = null)
{
    /// <summary>The constraint as Marathon writes it, for example <c>rack GROUP_BY 3</c>.</summary>
    public override string ToString() =>
        string.IsNullOrEmpty(Value) ? $"{Field} {ConstraintSyntax.NameOf(Operator)}" : $"{Field} {ConstraintSyntax.NameOf(Operator)} {Value}";
}
