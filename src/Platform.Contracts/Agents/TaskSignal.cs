namespace Platform.Contracts.Agents;

/// <summary>A signal for what runs as a task. One that does not run gets none.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Signal">The kernel's number.</param>
[GenerateSerializer, Immutable, Alias("Platform.TaskSignal")]
public sealed record TaskSignal([property: Id(0)] string TaskId, [property: Id(1)] int Signal);
