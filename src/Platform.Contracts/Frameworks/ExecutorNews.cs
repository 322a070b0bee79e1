namespace Platform.Contracts.Frameworks;

/// <summary>Something of an executor that its framework is told: a message, or that it has ended.</summary>
/// <param name="AgentId">Its agent.</param>
/// <param name="ExecutorId">The framework's name for it.</param>
/// <param name="Message">What it says; null: it has ended.</param>
/// <param name="Status">With its end: its exit status as of wait(2); -1: not known.</param>
[GenerateSerializer, Immutable, Alias("Platform.ExecutorNews")]
public sealed record ExecutorNews(
    [property: Id(0)] string AgentId,
    [property: Id(1)] string ExecutorId,
    [property: Id(2)] byte[]? Message,
    [property: Id(3)] int Status);
