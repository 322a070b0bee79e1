namespace Platform.Contracts.Frameworks;

/// <summary>An operation whose outcome a framework asks for.</summary>
/// <param name="OperationId">The framework's name for it.</param>
/// <param name="AgentId">Where it was to be done, or null.</param>
/// <param name="ProviderId">Whose resources it was about, or null.</param>
[GenerateSerializer, Immutable, Alias("Platform.AskedOperation")]
public sealed record AskedOperation([property: Id(0)] string OperationId, [property: Id(1)] string? AgentId, [property: Id(2)] string? ProviderId);
