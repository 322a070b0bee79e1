namespace Platform.Grains.Secrets;

/// <summary>Secrets cannot be stored or read; the message says what to do and never holds a value.</summary>
public sealed class SecretException(string message) : Exception(message);
