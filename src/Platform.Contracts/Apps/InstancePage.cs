using Platform.Core.Collections;

namespace Platform.Contracts.Apps;

/// <summary>Some of the instances of an app, in the order of their ids.</summary>
/// <param name="Instances">The instances.</param>
/// <param name="More">The next page is asked for with this; null: there is none.</param>
[GenerateSerializer, Immutable, Alias("Platform.InstancePage")]
public sealed record InstancePage([property: Id(0)] ValueList<InstanceStatus> Instances, [property: Id(1)] string? More);
