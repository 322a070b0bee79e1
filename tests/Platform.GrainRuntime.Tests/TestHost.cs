using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Platform.GrainRuntime.Testing;

namespace Platform.GrainRuntime.Tests;

internal static class TestHost
{
    /// <summary>A runtime with this assembly's grains, which may ask for a <see cref="Stage"/> and run on the given time.</summary>
    public static Task<GrainTestHost> StartAsync(
        Action<GrainRuntimeOptions>? configure = null, Stage? stage = null, TimeProvider? time = null, Action<IServiceCollection>? services = null) =>
        GrainTestHost.StartAsync(
            options =>
            {
                options.GrainAssemblies.Add(typeof(TestHost).Assembly);
                configure?.Invoke(options);
            },
            collection =>
            {
                collection.AddSingleton(stage ?? new Stage());
                collection.AddSingleton(time ?? TimeProvider.System);
                collection.TryAddSingleton<Grains.ReminderTicks>();
                services?.Invoke(collection);
            });
}
