namespace Platform.Core.Tasks;

/// <summary>One option of the engine's command line.</summary>
/// <param name="Name">Its long name without dashes, such as <c>cap-add</c>.</param>
/// <param name="Value">Its value; empty for a switch.</param>
[GenerateSerializer, Immutable, Alias("Platform.ContainerOption")]
public sealed record ContainerOption([property: Id(0)] string Name, [property: Id(1)] string Value);
