namespace Platform.GrainRuntime;

/// <summary>The observer that was called is gone.</summary>
/// <param name="message">Which observer.</param>
public sealed class ClientNotAvailableException(string message) : Exception(message);
