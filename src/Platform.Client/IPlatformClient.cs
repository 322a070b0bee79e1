namespace Platform.Client;

/// <summary>A control plane, seen from a program. Its parts are by noun: apps, deployments, agents, events and the server itself.</summary>
/// <remarks>Every call throws <see cref="PlatformException"/> when the control plane refuses it or cannot be reached.</remarks>
public partial interface IPlatformClient : IDisposable
{
    /// <summary>The control plane's address.</summary>
    Uri Url { get; }

    /// <summary>Whom it takes for the control plane; null: whom the system trusts.</summary>
    ClusterTrust? Trust { get; }

    /// <summary>The same client with other limits for its calls, and for those of the handles that it gives. It shares the connections, and need not be disposed of.</summary>
    /// <param name="options">The limits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deadline is not longer than zero, or the number of retries is negative.</exception>
    IPlatformClient With(CallOptions options);
}
