using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Platform.Tests.Hosting;

namespace Platform.Storage.Tests;

/// <summary>What Orleans calls the interfaces of grains, remembered.</summary>
public sealed class GrainInterfaceTypesTests
{
    [Fact]
    public async Task It_is_what_Orleans_says_and_asked_for_once()
    {
        await using var host = await GrainTestHost.StartAsync();
        var resolver = host.Services.GetRequiredService<GrainInterfaceTypeResolver>();

        resolver.GetGrainInterfaceType(typeof(IMeetingGrain)).ShouldBe(resolver.GetGrainInterfaceTypeByConvention(typeof(IMeetingGrain)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            resolver.GetGrainInterfaceType(typeof(IMeetingGrain));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100 * 100);
    }
}
