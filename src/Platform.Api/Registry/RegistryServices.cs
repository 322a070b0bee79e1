using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>What every process has that serves the registry: a copy of it, and what keeps that up to date.</summary>
public static class RegistryServices
{
    /// <summary>Adds the services.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="names">How names are made. Default: as Mesos-DNS does, in the domain <c>mesos</c>.</param>
    /// <param name="isControlPlane">The process serves the control plane's HTTP, and is told of as one of the masters. Default true.</param>
    public static IServiceCollection AddRegistry(this IServiceCollection services, MesosDnsNames? names = null, bool isControlPlane = true)
    {
        services.AddSingleton<ServiceDirectory>();
        services.AddSingleton(provider =>
        {
            var zone = new ServiceZone(names ?? new());
            provider.GetRequiredService<ServiceDirectory>().Follow(zone.Apply);
            return zone;
        });
        services.AddSingleton(provider => new AppWaker(provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<ILogger<AppWaker>>()));
        services.AddSingleton<ServiceWatch>();
        services.AddSingleton(provider => new RemoteBalancers(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new RegistryConsumer((_, cancellationToken) => provider.GetRequiredService<RemoteBalancers>().CaughtUpAsync(cancellationToken), ids => provider.GetRequiredService<RemoteBalancers>().BusyOf(ids)));
        services.AddSingleton(provider => new RegistryFeed(
            provider.GetRequiredService<IGrainFactory>(), provider.GetRequiredService<ServiceDirectory>(), provider.GetRequiredService<ServiceZone>(), provider.GetRequiredService<IServer>(),
            provider.GetServices<RegistryConsumer>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RegistryFeed>>(), isControlPlane));
        services.AddHostedService(provider => provider.GetRequiredService<RegistryFeed>());
        return services;
    }
}
