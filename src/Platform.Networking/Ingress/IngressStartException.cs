namespace Platform.Networking.Ingress;

/// <summary>The ingress cannot start; the message says why and what to do.</summary>
public sealed class IngressStartException(string message, Exception? inner = null) : Exception(message, inner);
