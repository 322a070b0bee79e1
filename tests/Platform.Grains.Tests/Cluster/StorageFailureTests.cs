using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Marathon.Events;
using Platform.Clustering;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Core.Collections;
using Platform.Grains.Startup;
using Platform.Tests.Hosting;
using StackExchange.Redis;

namespace Platform.Grains.Tests.Cluster;

/// <summary>Redis refuses to write, as one does that is full: here for a user whose right to write is taken away.</summary>
public sealed class StorageFailureTests : IAsyncLifetime
{
    private readonly string _name = $"writer-{Guid.NewGuid():N}";
    private readonly List<IHost> _silos = [];
    private RedisServer _server = null!;
    private ConnectionMultiplexer _redis = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _redis = await ConnectionMultiplexer.ConnectAsync(_server.Address);
        await PermitAsync("reset", "on", ">secret", "~*", "&*", "+@all");
        for (var i = 0; i < 2; i++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddClusterSilo(new ClusterSiloOptions
            {
                Redis = $"{_server.Address},user={_name},password=secret",
                Cluster = _name,
                SiloPort = FreePort.Take(),
                GatewayPort = FreePort.Take(),
            });
            builder.Services.AddPlatformGrains(options => options.ActivateAtStart = false);
            builder.Services.AddSingleton<IEventVocabulary, EventVocabulary>();
            var silo = builder.Build();
            await silo.StartAsync();
            _silos.Add(silo);
        }
    }

    public async Task DisposeAsync()
    {
        await PermitAsync("+@all");
        foreach (var silo in _silos)
        {
            await silo.StopAsync();
            await ((IAsyncDisposable)silo).DisposeAsync();
        }

        await _redis.GetDatabase().ExecuteAsync("ACL", "DELUSER", _name);
        await _redis.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_be_stored_is_not_done_and_fails_alike_on_all_silos()
    {
        foreach (var silo in _silos)
        {
            (await Allocator(silo).SetWeightsAsync(ValueMap.Create(("ops", 2.0)))).ShouldBeEmpty();
            await Directory(silo).AddAsync(new[] { "before" }.ToValueList());
        }

        await PermitAsync("-eval", "-evalsha");

        // A state, and a collection; from silos that may both be others than the one with the grain.
        await Should.ThrowAsync<StorageException>(() => Allocator(_silos[0]).SetWeightsAsync(ValueMap.Create(("ops", 3.0))));
        await Should.ThrowAsync<StorageException>(() => Directory(_silos[1]).AddAsync(new[] { "refused" }.ToValueList()));

        // The grains ended with their failed writes, and the directory of grains, which is in the same Redis, takes no new ones either.
        foreach (var silo in _silos)
            await Should.ThrowAsync<OrleansException>(() => Allocator(silo).SetWeightsAsync(ValueMap.Create(("ops", 3.0))));

        await PermitAsync("+eval", "+evalsha");
        (await Allocator(_silos[0]).GetStatusAsync()).Roles.Single(role => role.Role == "ops").Weight.ShouldBe(2.0);
        (await Allocator(_silos[1]).SetWeightsAsync(ValueMap.Create(("ops", 4.0)))).ShouldBeEmpty();
        (await Allocator(_silos[0]).GetStatusAsync()).Roles.Single(role => role.Role == "ops").Weight.ShouldBe(4.0);
    }

    private static IAllocatorGrain Allocator(IHost silo) => silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IAllocatorGrain>(0);

    private static IDirectoryGrain Directory(IHost silo) => silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IDirectoryGrain>("kind");

    private Task<RedisResult> PermitAsync(params string[] rules) => _redis.GetDatabase().ExecuteAsync("ACL", ["SETUSER", _name, .. rules]);
}
