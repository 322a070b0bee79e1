namespace Platform.Api.Registry;

/// <summary>A balancer of this process that follows the copy of the registry: what is acknowledged, it goes by.</summary>
/// <param name="CaughtUpAsync">Ends when it goes by all that the copy has now; told whether that is everything there is.</param>
public sealed record RegistryConsumer(Func<bool, CancellationToken, Task> CaughtUpAsync);
