using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Events;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Registry;
using Platform.Dashboard.Live;
using Platform.Grains.Startup;
using Platform.Grains.Tests.Hosting;
using Platform.Simulation;
using Platform.Tests.Hosting;

namespace Platform.Dashboard.Tests.Live;

/// <summary>What all browsers are shown is what is, whatever happens between a reading and the events. The clock stands still: nothing is read because its turn has come.</summary>
public sealed class ClusterSourceTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(30);

    private readonly CallGate _gate = new();
    private readonly SteppedTime _time = new();
    private readonly List<ClusterSnapshot> _shown = [];
    private GrainTestHost _host = null!;
    private ClusterSource _source = null!;

    public async Task InitializeAsync()
    {
        _host = await GrainTestHost.StartAsync(silo => silo.AddOutgoingGrainCallFilter(_gate), services => services.AddSingleton<IEventVocabulary, EventVocabulary>().AddPlatformGrains(options =>
        {
            options.ActivateAtStart = false;
            options.Agents.UnreachableAfter = TimeSpan.FromHours(1);
        }));
        _source = new(_host.GrainFactory, new ServiceDirectory(), _time, NullLogger<ClusterSource>.Instance);
    }

    public async Task DisposeAsync()
    {
        _source.Dispose();
        await _host.DisposeAsync();
    }

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task What_happens_between_the_reading_and_the_first_event_is_shown()
    {
        // The log answers late. What can be read without its answer is read before the agent joins.
        var late = _gate.Hold(typeof(IEventLogGrain), nameof(IEventLogGrain.GetRangeAsync));
        using var browser = Attach();
        await late.Arrived;
        if (_gate.Saw(typeof(IGroupGrain), nameof(IGroupGrain.GetLocksAsync)))
            await UntilAsync(snapshot => snapshot.IsRead);
        await JoinAsync("S1");
        late.LetGo();

        await UntilAsync(snapshot => snapshot.Agents.ContainsKey("S1"));
    }

    [Fact]
    public async Task What_changed_while_nobody_looked_is_shown_with_a_stamp_that_no_page_has_seen()
    {
        var agent = await JoinAsync("S1");
        var browser = Attach();
        var before = (await UntilAsync(snapshot => snapshot.Agents.ContainsKey("S1"))).Agents["S1"];
        before.Condition.ShouldBe(AgentCondition.Active);
        browser.Dispose();
        _time.Advance(Linger);
        await agent.DisconnectAsync();

        using var next = Attach();
        var after = (await UntilAsync(snapshot => snapshot.Agents.GetValueOrDefault("S1") is { Condition: AgentCondition.Recovering })).Agents["S1"];

        after.Stamp.ShouldBeGreaterThan(before.Stamp);
    }

    [Fact]
    public async Task What_was_read_for_browsers_that_have_gone_is_not_shown_to_those_that_came_later()
    {
        var slow = _gate.Hold(typeof(IAllocatorGrain), nameof(IAllocatorGrain.GetStatusAsync), answer: true);
        var first = Attach();
        await slow.Arrived;
        first.Dispose();
        _time.Advance(Linger);
        await JoinAsync("S1");
        using var second = Attach();
        await UntilAsync(snapshot => snapshot.Agents.ContainsKey("S1"));

        slow.LetGo();
        await JoinAsync("S2");
        (await UntilAsync(snapshot => snapshot.Agents.ContainsKey("S2"))).Agents.Keys.ShouldBe(["S1", "S2"]);
        lock (_shown)
            _shown.SkipWhile(snapshot => !snapshot.Agents.ContainsKey("S1")).ShouldAllBe(snapshot => snapshot.Agents.ContainsKey("S1"));
    }

    [Fact]
    public async Task A_reader_of_events_to_whom_no_word_comes_looks_after_two_seconds()
    {
        _gate.Drop(typeof(IEventObserver), nameof(IEventObserver.EventsAsync));
        var log = _host.GetGrain<IEventLogGrain>(0);
        using var patience = new CancellationTokenSource(Patience);
        var waits = _time.NextWaitAsync(TimeSpan.FromSeconds(2));
        await using var items = new EventFeed(_host.GrainFactory, _time).ReadAsync(0, patience.Token).GetAsyncEnumerator(patience.Token);
        var next = items.MoveNextAsync();
        await waits.WaitAsync(patience.Token);
        await log.AppendAsync([new() { What = new FrameworkChanged("F1", "test") }]);
        while ((await log.GetRangeAsync()).Last == 0)
            await Task.Delay(10, patience.Token);
        _time.Advance(TimeSpan.FromSeconds(2));

        (await next).ShouldBeTrue();
        items.Current.Event!.Type.ShouldBe("framework_changed_event");
    }

    private IDisposable Attach() => _source.Attach(() =>
    {
        lock (_shown)
            _shown.Add(_source.Current);
    });

    /// <summary>An agent dials in; done when the log has the event of it.</summary>
    private async Task<SimulatedAgent> JoinAsync(string id)
    {
        var agent = new SimulatedAgent(_host.GrainFactory, id, "cpus:4;mem:4096;disk:1000;ports:[31000-31010]", TimeProvider.System);
        (await agent.ConnectAsync()).Registered.ShouldNotBeNull();
        var log = _host.GetGrain<IEventLogGrain>(0);
        using var patience = new CancellationTokenSource(Patience);
        while (!(await log.ReadAsync(1, 100)).Any(item => item.What is AgentChanged { Change: AgentChange.Added } added && added.AgentId == id))
            await Task.Delay(10, patience.Token);
        return agent;
    }

    private async Task<ClusterSnapshot> UntilAsync(Func<ClusterSnapshot, bool> wanted)
    {
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var attached = _source.Attach(() =>
        {
            if (wanted(_source.Current))
                shown.TrySetResult();
        });
        if (!wanted(_source.Current))
            await shown.Task.WaitAsync(Patience);
        return _source.Current;
    }
}
