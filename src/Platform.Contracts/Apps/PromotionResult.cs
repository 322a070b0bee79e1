namespace Platform.Contracts.Apps;

/// <summary>What became of the wish to promote a canary step.</summary>
/// <param name="Promoted">The next step opens.</param>
/// <param name="Objection">Why not, if it can be overridden: the step's new instances do not all serve. Null: no rollout waits at a step.</param>
[GenerateSerializer, Immutable, Alias("Platform.PromotionResult")]
public sealed record PromotionResult([property: Id(0)] bool Promoted, [property: Id(1)] string? Objection = null);
