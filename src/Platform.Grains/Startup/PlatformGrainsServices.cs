using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Jobs;
using Platform.Contracts.Frameworks;
using Platform.Contracts.Ownership;
using Platform.Contracts.Registry;
using Platform.Grains.Agents;
using Platform.Grains.Apps;
using Platform.Grains.Jobs;
using Platform.Grains.Metrics;
using Platform.Grains.Recovery;
using Platform.Grains.Registry;
using Platform.Grains.Secrets;
using Platform.Grains.Security;

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
        services.AddSingleton(Options.Create(options.Ownership));
        services.AddSingleton(Options.Create(options.Deployments));
        services.AddSingleton(Options.Create(options.Events));
        services.AddSingleton(Options.Create(options.Jobs));
        services.AddSingleton(Options.Create(options.Frameworks));
        services.AddSingleton(Options.Create(options.Secrets));
        services.AddSingleton(Options.Create(options.Audit));
        services.AddSingleton(Options.Create(options.Tokens));
        services.AddSingleton(Options.Create(options.Registry));
        services.AddMetrics();
        services.TryAddSingleton<ClusterMeter>();
        services.TryAddSingleton<SecretCipher>();
        services.TryAddSingleton<TokenSigner>();
        services.TryAddSingleton<TaskOwnerKinds>();
        services.TryAddSingleton<HandOverGate>();
        // How calls are spread is a matter of this machine's own time, whatever the clock of the control plane.
        services.TryAddSingleton(provider => new OwnerPost(
            owner => provider.GetRequiredService<TaskOwnerKinds>().Find(provider.GetRequiredService<IGrainFactory>(), owner), TimeProvider.System));
        services.TryAddSingleton(provider => new EndpointPost(
            changes => provider.GetRequiredService<IGrainFactory>().GetGrain<IRegistryGrain>(0).ApplyAsync(changes), provider.GetRequiredService<TimeProvider>()));
        services.AddTaskOwner(TaskOwnerKind.Listed("app", DirectoryKinds.Apps, static (grains, id) => grains.GetGrain<IAppGrain>(id)));
        services.AddTaskOwner(new("job", JobTimers.ListLiveAsync, static (grains, id) => grains.GetGrain<IJobGrain>(id)));
        services.AddTaskOwner(TaskOwnerKind.Listed(FrameworkOwner.Prefix, DirectoryKinds.Frameworks, static (grains, id) => grains.GetGrain<IFrameworkGrain>(id)));
        services.TryAddSingleton<ActivationService>();
        services.AddSingleton<GrainWaker>();
        services.AddSingleton<IFailedWrites>(provider => provider.GetRequiredService<GrainWaker>());
        services.AddHostedService(provider => provider.GetRequiredService<GrainWaker>());
        services.TryAddSingleton<IMetricSource, HttpMetricSource>();
        services.TryAddSingleton<IInstanceProbe, InstanceProbe>();
        services.TryAddSingleton<INoticeSender, NoticeSender>();
        if (options.ActivateAtStart)
        {
            services.AddHostedService(provider => provider.GetRequiredService<ActivationService>());
            services.AddHostedService<JobTimerService>();
        }
        return services;
    }

    /// <summary>Registers a kind of grain that owns tasks: agents and the allocator find it, and it is woken after a start.</summary>
    public static IServiceCollection AddTaskOwner(this IServiceCollection services, TaskOwnerKind kind) => services.AddSingleton(kind);
}
