namespace Platform.Core.Placement;

/// <summary>The share of an owner's tasks that one value of a field should get.</summary>
/// <param name="Value">The value.</param>
/// <param name="Percent">0 to 100. Values without a target share what is left evenly.</param>
[GenerateSerializer, Immutable, Alias("Platform.SpreadTarget")]
public sealed record SpreadTarget([property: Id(0)] string Value, [property: Id(1)] int Percent);
