namespace Platform.Client;

/// <summary>A control plane, seen from a program. Its parts are by noun: apps, deployments, agents, events and the server itself.</summary>
/// <remarks>Every call throws <see cref="PlatformException"/> when the control plane refuses it or cannot be reached.</remarks>
public partial interface IPlatformClient : IDisposable
{
    /// <summary>The control plane's address.</summary>
    Uri Url { get; }

    /// <summary>Whom it takes for the control plane; null: whom the system trusts.</summary>
    ClusterTrust? Trust { get; }
}
