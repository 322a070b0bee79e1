using System.Net;
using Platform.Core.Registry;

namespace Platform.Core.Ingress;

/// <summary>An instance that requests can be sent to.</summary>
/// <param name="Id">The endpoint's id.</param>
/// <param name="Address">Its address and port.</param>
/// <param name="Weight">Its share beside others.</param>
/// <param name="State">Whether it is to be given requests.</param>
/// <param name="HealthPort">The port that health checks go to.</param>
public sealed record IngressTarget(string Id, IPEndPoint Address, int Weight, EndpointState State, int HealthPort);
