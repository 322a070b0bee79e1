using Microsoft.Extensions.DependencyInjection;
using Platform.GrainRuntime.Testing;

namespace Platform.GrainRuntime.Tests;

internal static class TestHost
{
    public static Task<GrainTestHost> StartAsync(Action<GrainRuntimeOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        GrainTestHost.StartAsync(
            options =>
            {
                options.GrainAssemblies.Add(typeof(TestHost).Assembly);
                configure?.Invoke(options);
            },
            services);
}
