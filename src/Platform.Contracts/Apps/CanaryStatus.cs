namespace Platform.Contracts.Apps;

/// <summary>The step that a canary or blue-green rollout is at.</summary>
/// <param name="Step">The step that is being reached or watched, from 1.</param>
/// <param name="Steps">The number of steps before the rollout goes on by itself.</param>
/// <param name="HealthySince">Since when all instances of the step have been healthy and ready; null: they are not yet.</param>
/// <param name="PromotedAt">When it is promoted if they stay so; null: by <c>POST .../promote</c>, or not healthy yet.</param>
[GenerateSerializer, Immutable, Alias("Platform.CanaryStatus")]
public sealed record CanaryStatus(
    [property: Id(0)] int Step,
    [property: Id(1)] int Steps,
    [property: Id(2)] DateTimeOffset? HealthySince,
    [property: Id(3)] DateTimeOffset? PromotedAt);
