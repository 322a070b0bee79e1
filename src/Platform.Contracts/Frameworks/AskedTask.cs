namespace Platform.Contracts.Frameworks;

/// <summary>A task whose state a framework asks for.</summary>
/// <param name="TaskId">The framework's name for it.</param>
/// <param name="AgentId">Where it believes it to be, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.AskedTask")]
public sealed record AskedTask([property: Id(0)] string TaskId, [property: Id(1)] string? AgentId);
