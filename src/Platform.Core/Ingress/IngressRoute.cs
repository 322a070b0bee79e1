using Platform.Core.Collections;

namespace Platform.Core.Ingress;

/// <summary>One port of a service: how it is reached, and the instances behind it.</summary>
/// <param name="Service">The service.</param>
/// <param name="PortIndex">The index of the port among the service's.</param>
/// <param name="AppId">The app's path if it is one, otherwise the service.</param>
/// <param name="Rule">How it is reached.</param>
/// <param name="Targets">The instances, in the order of their ids.</param>
public sealed record IngressRoute(string Service, int PortIndex, string AppId, IngressRule Rule, ValueList<IngressTarget> Targets)
{
    /// <summary>Its name among all routes.</summary>
    public string Id { get; } = $"{Service}:{PortIndex}";
}
