using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;

namespace Platform.Clustering;

/// <summary>Remembers what Orleans calls the interfaces of grains.</summary>
/// <remarks>
/// Orleans 10.4 reads attributes and puts the name together anew for each reference to a grain that is made: a thirtieth of all processor time when
/// many agents register. What it found is true for as long as the process lives.
/// </remarks>
/// <param name="services">For Orleans' own rules.</param>
internal sealed class GrainInterfaceTypes(IServiceProvider services) : IGrainInterfaceTypeProvider
{
    private readonly ConcurrentDictionary<Type, GrainInterfaceType> _known = new();
    private readonly Func<Type, GrainInterfaceType> _find = type => Find(services, type);

    /// <summary>Has it asked before all others.</summary>
    public static void Remember(IServiceCollection services) => services.Insert(0, ServiceDescriptor.Singleton<IGrainInterfaceTypeProvider, GrainInterfaceTypes>());

    /// <inheritdoc/>
    public bool TryGetGrainInterfaceType(Type type, out GrainInterfaceType grainInterfaceType)
    {
        grainInterfaceType = type.IsGenericType ? default : _known.GetOrAdd(type, _find);
        return !type.IsGenericType;
    }

    private static GrainInterfaceType Find(IServiceProvider services, Type type)
    {
        foreach (var provider in services.GetServices<IGrainInterfaceTypeProvider>())
        {
            if (provider is not GrainInterfaceTypes && provider.TryGetGrainInterfaceType(type, out var found))
                return found;
        }
        return services.GetRequiredService<GrainInterfaceTypeResolver>().GetGrainInterfaceTypeByConvention(type);
    }
}
