using Platform.Contracts.Registry;
using Platform.Core.Registry;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Registry;

/// <summary>Waits for what the registry has.</summary>
internal static class RegistryReading
{
    internal static async Task<IReadOnlyList<ServiceEndpoint>> EndpointsAsync(IRegistryGrain registry, Func<IReadOnlyList<ServiceEndpoint>, bool> reached)
    {
        IReadOnlyList<ServiceEndpoint> endpoints = [];
        await AppFixture.UntilAsync(async () =>
        {
            var page = await registry.ListAsync(null);
            endpoints = [.. page.Lists.SelectMany(list => (IEnumerable<ServiceEndpoint>)list.Set).OrderBy(endpoint => endpoint.Id, StringComparer.Ordinal)];
            return reached(endpoints);
        }, "the registry has what is wanted");
        return endpoints;
    }

    internal static IRegistryObserver Nobody(AppFixture cluster) => cluster.Host.GrainFactory.CreateObjectReference<IRegistryObserver>(new Quiet());

    internal sealed class Quiet : IRegistryObserver
    {
        public Task ChangedAsync(long index) => Task.CompletedTask;
    }
}
