using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>What a route of requests got of what it asked for.</summary>
/// <param name="Route">The route.</param>
/// <param name="Hosts">The hosts that are its own, at its path; empty: none is left for it.</param>
public sealed record IngressClaim(IngressRoute Route, ValueList<string> Hosts);
