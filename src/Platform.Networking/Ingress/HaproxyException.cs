namespace Platform.Networking.Ingress;

/// <summary>HAProxy did not do what it was told; the message says what, for people.</summary>
public sealed class HaproxyException(string message, Exception? inner = null) : Exception(message, inner);
