namespace Platform.Api.Registry;

/// <summary>A balancer of this process that follows the copy of the registry: what is acknowledged, it goes by.</summary>
/// <param name="CaughtUpAsync">Ends when it goes by all that the copy has now; told whether that is everything there is.</param>
/// <param name="BusyOf">Which of these endpoints, that drain in what it has caught up with, it still has something under way at, or may have.</param>
public sealed record RegistryConsumer(Func<bool, CancellationToken, Task> CaughtUpAsync, Func<IReadOnlySet<string>, IReadOnlySet<string>> BusyOf);
