using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Grains.Apps;
using Platform.Grains.Secrets;

namespace Platform.Grains.Startup;

/// <summary>Adds what the grains need.</summary>
public static class PlatformGrainsServices
{
    /// <summary>Adds the settings and services of all grains. The grain runtime itself is added before this, by the host.</summary>
    public static IServiceCollection AddPlatformGrains(this IServiceCollection services, Action<PlatformGrainsOptions>? configure = null)
    {
        var options = new PlatformGrainsOptions();
        configure?.Invoke(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(options.Agents));
        services.AddSingleton(Options.Create(options.Allocator));
        services.AddSingleton(Options.Create(options.Groups));
        services.AddSingleton(Options.Create(options.Apps));
        services.AddSingleton(Options.Create(options.Deployments));
        services.AddSingleton(Options.Create(options.Events));
        services.AddSingleton(Options.Create(options.Secrets));
        services.TryAddSingleton<SecretCipher>();
        services.TryAddSingleton<ActivationService>();
        services.TryAddSingleton<IMetricSource, HttpMetricSource>();
        if (options.ActivateAtStart)
            services.AddHostedService(provider => provider.GetRequiredService<ActivationService>());
        return services;
    }
}
