namespace Platform.Core.Ingress;

/// <summary>How the ingress speaks to an instance.</summary>
public enum BackendProtocol
{
    /// <summary>HTTP/1.1.</summary>
    Http,

    /// <summary>HTTP/2 without encryption, as gRPC servers have it behind a proxy.</summary>
    Http2,

    /// <summary>HTTP over TLS. The certificate is not looked at: instances are known by address, not by name.</summary>
    Https,
}
