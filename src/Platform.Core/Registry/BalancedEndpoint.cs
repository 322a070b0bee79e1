using System.Net;

namespace Platform.Core.Registry;

/// <summary>Where connections to a virtual address go.</summary>
/// <param name="Id">The endpoint's id.</param>
/// <param name="Service">Its service.</param>
/// <param name="Target">Its address and port: those of its agent if the port is published there, otherwise its own.</param>
/// <param name="Weight">Its share of new connections beside others; 0: none.</param>
/// <param name="State">Whether it is to be given new connections.</param>
/// <param name="IsBySource">The same client shall come to the same endpoint: the port's label <c>LB_POLICY</c> is <c>source</c>.</param>
/// <param name="Share">The percentage of new connections that all with a share together get; null: what is left.</param>
public sealed record BalancedEndpoint(string Id, string Service, IPEndPoint Target, int Weight, EndpointState State, bool IsBySource, double? Share = null);
