using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Platform.Clustering;

/// <summary>What every silo has, alone or in a cluster.</summary>
internal static class PlatformSilo
{
    internal static void AddPlatformSilo(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IConfigureGrainContextProvider, ActivationTurn>();
        GrainInterfaceTypes.Remember(silo.Services);

        // A failure of a grain on another silo is the same exception here.
        silo.Services.Configure<ExceptionSerializationOptions>(exceptions => exceptions.SupportedNamespacePrefixes.UnionWith(["Platform", "StackExchange.Redis"]));
    }
}
