using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Logging;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Events;

namespace Platform.Api.Marathon;

/// <summary>Adds what the Marathon API needs.</summary>
public static class MarathonServices
{
    /// <summary>Adds the settings of the API, and the means to change log levels through it. <see cref="MarathonEndpoints.MapMarathon"/> adds its routes.</summary>
    public static IServiceCollection AddMarathon(this IServiceCollection services, Action<MarathonOptions>? configure = null)
    {
        services.AddOptions<MarathonOptions>().Configure(options => configure?.Invoke(options));
        services.AddSingleton<IEventVocabulary, EventVocabulary>();
        services.AddLogLevels();
        services.AddSingleton<Operations.AppOperations>();
        return services;
    }
}
