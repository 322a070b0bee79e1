namespace Platform.GrainRuntime;

/// <summary>The call did not reach its grain because the runtime is stopping or has stopped. Idempotent calls may be tried again after a restart.</summary>
/// <param name="message">What was called.</param>
public sealed class SiloUnavailableException(string message) : Exception(message);
