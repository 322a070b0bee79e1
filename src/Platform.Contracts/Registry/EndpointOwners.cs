using Platform.Contracts.Agents;
using Platform.Contracts.Apps;

namespace Platform.Contracts.Registry;

/// <summary>Finds the grain that owns endpoints.</summary>
public static class EndpointOwners
{
    /// <summary>The grain behind an owner text such as <c>app:/shop/web</c>; null if no owner of that kind has endpoints.</summary>
    public static IEndpointOwnerGrain? Find(IGrainFactory grains, string owner) =>
        TaskOwners.AppOf(owner) is { } app ? grains.GetGrain<IAppGrain>(app) : null;
}
