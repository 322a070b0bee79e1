using Microsoft.Extensions.DependencyInjection;

namespace Platform.Client;

/// <summary>Gives the client to programs with a container of services.</summary>
public static class PlatformClientServices
{
    /// <summary>Adds <see cref="IPlatformClient"/>, and the same as <see cref="PlatformClient"/>: one for the whole container, which disposes of it.</summary>
    /// <param name="services">Of the program.</param>
    /// <param name="options">
    /// Where the control plane is, asked when the client is first wanted; null: the defaults. Registered <see cref="IClientInterceptor"/>s come after those of the
    /// options, and a registered <see cref="TimeProvider"/> is the clock when the options name none.
    /// </param>
    public static IServiceCollection AddPlatformClient(this IServiceCollection services, Func<IServiceProvider, PlatformClientOptions>? options = null)
    {
        services.AddSingleton(provider => new PlatformClient(Complete(provider, options)));
        return services.AddSingleton<IPlatformClient>(provider => provider.GetRequiredService<PlatformClient>());
    }

    /// <summary>Adds a client under a name, one of several: <c>[FromKeyedServices("name")] IPlatformClient</c>.</summary>
    /// <param name="services">Of the program.</param>
    /// <param name="name">Its name.</param>
    /// <param name="options">Where the control plane is, as of the client without a name.</param>
    public static IServiceCollection AddPlatformClient(this IServiceCollection services, string name, Func<IServiceProvider, PlatformClientOptions>? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        services.AddKeyedSingleton(name, (provider, _) => new PlatformClient(Complete(provider, options)));
        return services.AddKeyedSingleton<IPlatformClient>(name, (provider, _) => provider.GetRequiredKeyedService<PlatformClient>(name));
    }

    private static PlatformClientOptions Complete(IServiceProvider provider, Func<IServiceProvider, PlatformClientOptions>? options)
    {
        var asked = options?.Invoke(provider) ?? new();
        return asked with
        {
            Interceptors = [.. asked.Interceptors, .. provider.GetServices<IClientInterceptor>()],
            Time = asked.Time ?? (TimeProvider?)provider.GetService(typeof(TimeProvider)),
        };
    }
}
