using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Api.Marathon.Events;
using Platform.Clustering;
using Platform.Contracts.Directory;
using Platform.Contracts.Events;
using Platform.Contracts.Registry;
using Platform.Core.Collections;
using Platform.Grains.Startup;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Registry;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Cluster;

/// <summary>Several silos on one Redis.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private readonly string _cluster = $"cluster-{Guid.NewGuid():N}";
    private readonly List<IHost> _silos = [];
    private RedisServer _redis = null!;

    public async Task InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddClusterSilo(new ClusterSiloOptions { Redis = _redis.Address, Cluster = _cluster, SiloPort = FreePort.Take(), GatewayPort = FreePort.Take() });
            builder.Services.AddPlatformGrains(options => options.ActivateAtStart = false);
            builder.Services.AddSingleton<IEventVocabulary, EventVocabulary>();
            var silo = builder.Build();
            await silo.StartAsync();
            _silos.Add(silo);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await StopAbruptlyAsync(silo);
        }

        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task What_grains_stored_is_there_for_the_silos_that_are_left()
    {
        var kinds = Enumerable.Range(0, 30).Select(i => $"kind-{i}").ToList();
        await Task.WhenAll(kinds.Select(kind => Directory(0, kind).AddAsync(new[] { $"{kind}/a", $"{kind}/b" }.ToValueList())));

        // Each silo sees the same grains.
        for (var silo = 0; silo < 3; silo++)
        {
            (await Directory(silo, "kind-7").ListAsync()).ShouldBe(["kind-7/a", "kind-7/b"], ignoreOrder: true);
        }

        await StopAbruptlyAsync(_silos[2]);
        _silos.RemoveAt(2);
        foreach (var kind in kinds)
        {
            (await RetryAsync(() => Directory(1, kind).ListAsync())).ShouldBe([$"{kind}/a", $"{kind}/b"], ignoreOrder: true);
        }

        await Task.WhenAll(kinds.Select(kind => RetryAsync(async () =>
        {
            await Directory(0, kind).AddAsync(new[] { $"{kind}/c" }.ToValueList());
            return true;
        })));
        (await Directory(1, "kind-3").ListAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task The_event_log_goes_on_where_it_was_on_another_silo()
    {
        // A silo that hosts the log is among those that are stopped at the latest with the second. Grains that go on elsewhere tell of it in between.
        await AppendAsync(0, from: 1, count: 100);
        for (var left = 2; left >= 1; left--)
        {
            await StopAbruptlyAsync(_silos[left]);
            _silos.RemoveAt(left);
            (await RetryAsync(() => ReadOwnAsync(0))).Count.ShouldBe(100 * (3 - left));
            await AppendAsync(0, from: 1 + (100 * (3 - left)), count: 100);
        }

        (await ReadOwnAsync(0)).ShouldBe(Enumerable.Range(1, 300).Select(i => i.ToString(CultureInfo.InvariantCulture)));
        (await Events(0).ReadAsync(1, 1000)).Select((item, i) => item.Sequence - i).ShouldAllBe(first => first == 1);
    }

    [Fact]
    public async Task When_a_silo_dies_the_registry_of_another_asks_jobs_that_do_not_go_on_whether_their_tasks_are_still_there()
    {
        var registry = Grains(0).GetGrain<IRegistryGrain>(0);
        (await registry.ApplyAsync([TaskEndpointTests.ToldBefore("ended")])).Missing.ShouldBeEmpty();
        await AppFixture.UntilAsync(async () => (await registry.FollowAsync(Grains(0).CreateObjectReference<IRegistryObserver>(new RegistryReading.Quiet()), 0, null)).IsComplete, "the registry has heard all");
        (await registry.ListAsync(null)).Lists.Select(list => list.Service).ShouldBe(["ended.metronome"]);

        var at = await Grains(0).GetGrain<IManagementGrain>(0).GetActivationAddress(registry);
        var other = _silos.First(silo => !silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress.Equals(at));
        _silos.Remove(other);
        await StopAbruptlyAsync(other);

        registry = Grains(0).GetGrain<IRegistryGrain>(0);
        await AppFixture.UntilAsync(() => RetryAsync(async () => (await registry.ListAsync(null)).Lists.IsEmpty), "the task that has ended is forgotten");
    }

    private static async Task StopAbruptlyAsync(IHost silo)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        try
        {
            await silo.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // As it was asked.
        }

        await ((IAsyncDisposable)silo).DisposeAsync();
    }

    /// <summary>A call to a silo that just went may fail until the others have agreed that it is gone; these calls may be repeated.</summary>
    private static async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception failure) when (attempt < 20 && failure is OrleansException or TimeoutException)
            {
                await Task.Yield();
            }
        }
    }

    private async Task AppendAsync(int silo, int from, int count)
    {
        var events = Enumerable.Range(from, count)
            .Select(i => new PlatformEvent { Timestamp = DateTimeOffset.UnixEpoch, What = new FrameworkChanged($"{i}", "test") });
        await Events(silo).AppendAsync(events.ToValueList());

        // One way: it is stored some time after it was sent.
        while ((await RetryAsync(() => ReadOwnAsync(silo))).Count < from + count - 1)
        {
            await Task.Yield();
        }
    }

    private async Task<List<string>> ReadOwnAsync(int silo) =>
        [.. (await Events(silo).ReadAsync(1, 1000)).Select(item => item.What).OfType<FrameworkChanged>().Where(told => told.Name == "test").Select(told => told.FrameworkId)];

    private IGrainFactory Grains(int silo) => _silos[silo].Services.GetRequiredService<IGrainFactory>();

    private IEventLogGrain Events(int silo) => Grains(silo).GetGrain<IEventLogGrain>(0);

    private IDirectoryGrain Directory(int silo, string kind) => Grains(silo).GetGrain<IDirectoryGrain>(kind);
}
