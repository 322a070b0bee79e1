using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Platform.Api.Logging;

/// <summary>Adds the means to change log levels while the server runs.</summary>
public static class LogLevelServices
{
    /// <summary>Adds them once, however many surfaces need them.</summary>
    public static IServiceCollection AddLogLevels(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(LogLevels)))
            return services;
        services.AddSingleton<LogLevels>();
        services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(provider => provider.GetRequiredService<LogLevels>());
        services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(provider => provider.GetRequiredService<LogLevels>());
        return services;
    }

    /// <summary>Adds these, of which something else disposes.</summary>
    public static IServiceCollection AddLogLevels(this IServiceCollection services, LogLevels levels) =>
        services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels).AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
}
