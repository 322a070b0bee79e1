namespace Platform.Core.Apps;

/// <summary>One placement constraint in Marathon's form.</summary>
/// <param name="Field"><c>hostname</c>, <c>@hostname</c>, <c>@region</c>, <c>@zone</c> or the name of an attribute.</param>
/// <param name="Operator">UNIQUE, CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER or IS.</param>
/// <param name="Value">The operand, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.ConstraintSpec")]
public sealed record ConstraintSpec([property: Id(0)] string Field, [property: Id(1)] string Operator, [property: Id(2)] string? Value = null);
