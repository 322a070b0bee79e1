namespace Platform.GrainRuntime;

/// <summary>A value of a type that is not made for crossing grain boundaries was passed to a grain or returned by one.</summary>
/// <param name="message">The type, and what to do.</param>
public sealed class CodecNotFoundException(string message) : Exception(message);
