namespace Platform.Core.Ingress;

/// <summary>What a balancer understands of what it hands on.</summary>
public enum IngressMode
{
    /// <summary>Requests: hosts, paths, cookies.</summary>
    Http,

    /// <summary>Bytes.</summary>
    Tcp,
}
