using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.GrainRuntime.Calls;
using Platform.GrainRuntime.Hosting;

namespace Platform.GrainRuntime;

/// <summary>Adds the embedded grain runtime to a host.</summary>
public static class GrainRuntimeServices
{
    /// <summary>
    /// Adds the runtime as a hosted service, and <see cref="IGrainFactory"/>. Add it before the services that call grains when they
    /// start: it starts in the order of registration and stops in the reverse order.
    /// </summary>
    public static IServiceCollection AddGrainRuntime(this IServiceCollection services, Action<GrainRuntimeOptions>? configure = null)
    {
        services.AddOptions<GrainRuntimeOptions>().Configure(options => configure?.Invoke(options));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EmbeddedSilo>();
        services.TryAddSingleton<IGrainFactory>(provider => provider.GetRequiredService<EmbeddedSilo>());
        services.AddHostedService<GrainRuntimeService>();
        return services;
    }
}
