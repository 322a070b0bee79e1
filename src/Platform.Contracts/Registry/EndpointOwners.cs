using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Jobs;

namespace Platform.Contracts.Registry;

/// <summary>Finds the grain that owns endpoints.</summary>
public static class EndpointOwners
{
    /// <summary>The grain behind an owner text such as <c>app:/shop/web</c>; null if no owner of that kind has endpoints.</summary>
    public static IEndpointOwnerGrain? Find(IGrainFactory grains, string owner) =>
        TaskOwners.AppOf(owner) is { } app ? grains.GetGrain<IAppGrain>(app)
        : TaskOwners.JobOf(owner) is { } job ? grains.GetGrain<IJobGrain>(job)
        : FrameworkOwner.IdOf(owner) is { } framework ? grains.GetGrain<IFrameworkGrain>(framework)
        : null;
}
