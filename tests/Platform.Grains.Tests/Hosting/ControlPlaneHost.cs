using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Events;
using Platform.Grains.Startup;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Hosting;

/// <summary>All grains in a test, with settings that make deadlines short.</summary>
internal static class ControlPlaneHost
{
    public static Task<GrainTestHost> StartAsync(Action<PlatformGrainsOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        GrainTestHost.StartAsync(
            configureServices: collection =>
            {
                collection.AddPlatformGrains(options =>
                {
                    options.Deployments.RepeatAfter = TimeSpan.FromSeconds(2);
                    // A busy machine must not look like a silent agent; tests of silence set their own.
                    options.Agents.UnreachableAfter = TimeSpan.FromMinutes(5);
                    configure?.Invoke(options);
                });
                collection.AddSingleton<IEventVocabulary, EventVocabulary>();
                services?.Invoke(collection);
            });
}
