using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Events;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Events;
using Platform.Grains.Startup;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Http;

/// <summary>Many readers of events in one process.</summary>
public sealed class EventWindowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task However_many_read_an_event_comes_to_the_process_once()
    {
        const int Readers = 8, Events = 40;
        var calls = new Counted();
        await using var host = await GrainTestHost.StartAsync(silo => silo.AddOutgoingGrainCallFilter(calls), services => services.AddPlatformGrains().AddSingleton<IEventVocabulary, EventVocabulary>());
        using var patience = new CancellationTokenSource(Patience);
        var readers = Enumerable.Range(0, Readers).Select(_ => ReadAsync(host, Events, patience.Token)).ToList();

        for (var i = 0; i < Events; i++)
            await host.GrainFactory.GetGrain<IEventLogGrain>(0).AppendAsync([new() { Timestamp = DateTimeOffset.UtcNow, What = new FrameworkChanged($"{i}", "test") }]);

        // The log has them in an order of its own: what goes one way to a grain that begins may overtake.
        var all = await Task.WhenAll(readers);
        all[0].ShouldBe(Enumerable.Range(0, Events).Select(i => $"{i}"), ignoreOrder: true);
        foreach (var read in all)
            read.ShouldBe(all[0]);
        calls.Observers.Count.ShouldBe(1);
    }

    private static async Task<List<string>> ReadAsync(GrainTestHost host, int count, CancellationToken cancellation)
    {
        var read = new List<string>();
        await foreach (var item in new EventFeed(host.GrainFactory, TimeProvider.System).ReadAsync(0, cancellation))
        {
            if (item.Event is { What: FrameworkChanged { Name: "test" } told })
                read.Add(told.FrameworkId);
            if (read.Count == count)
                return read;
        }
        throw new InvalidOperationException("The feed has ended.");
    }

    /// <summary>Who subscribed.</summary>
    private sealed class Counted : IOutgoingGrainCallFilter
    {
        public ConcurrentDictionary<IEventObserver, bool> Observers { get; } = new();

        public Task Invoke(IOutgoingGrainCallContext context)
        {
            if (context.MethodName == nameof(IEventLogGrain.SubscribeAsync) && context.Request.GetArgument(0) is IEventObserver observer)
                Observers[observer] = true;
            return context.Invoke();
        }
    }
}
