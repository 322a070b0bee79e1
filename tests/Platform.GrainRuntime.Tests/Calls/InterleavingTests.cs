using Platform.GrainRuntime.Testing;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Calls;

public sealed class InterleavingTests
{
    private readonly Stage _stage = new();

    [Fact]
    public async Task A_grain_finishes_one_call_before_it_begins_the_next()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var first = grain.EnterAsync("first");
        var second = grain.EnterAsync("second");
        _stage.Open("second");
        await _stage.WaitAsync("first began");
        _stage.Open("first");
        await Task.WhenAll(first, second);
        _stage.Events.ShouldBe(["first begins", "first ends", "second begins", "second ends"]);
    }

    [Fact]
    public async Task Calls_of_one_caller_begin_in_the_order_they_were_made()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var names = Enumerable.Range(0, 200).Select(i => $"{i}").ToList();
        names.ForEach(_stage.Open);
        await Task.WhenAll(names.Select(grain.EnterAsync));
        _stage.Events.Where(line => line.EndsWith("begins", StringComparison.Ordinal)).ShouldBe(names.Select(name => $"{name} begins"));
    }

    [Fact]
    public async Task A_method_that_always_interleaves_begins_while_another_call_waits()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var first = grain.EnterAsync("first");
        await _stage.WaitAsync("first began");
        var between = grain.EnterInterleavedAsync("between");
        _stage.Open("between");
        await between;
        first.IsCompleted.ShouldBeFalse();
        _stage.Open("first");
        await first;
    }

    [Fact]
    public async Task Read_only_methods_run_together_but_not_with_others()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var readers = new[] { grain.EnterReadOnlyAsync("r1"), grain.EnterReadOnlyAsync("r2") };
        await _stage.WaitAsync("r1 began");
        await _stage.WaitAsync("r2 began");
        var writer = grain.EnterAsync("w");
        _stage.Open("w");
        _stage.Open("r1");
        await readers[0];
        writer.IsCompleted.ShouldBeFalse();
        _stage.Open("r2");
        await writer;
        _stage.Events.TakeLast(2).ShouldBe(["w begins", "w ends"]);
    }

    [Fact]
    public async Task A_reentrant_grain_begins_calls_while_others_wait()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IReentrantStageGrain>("a");
        var calls = Enumerable.Range(0, 10).Select(i => grain.EnterAsync($"{i}")).ToList();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => _stage.WaitAsync($"{i} began")));
        Enumerable.Range(0, 10).ToList().ForEach(i => _stage.Open($"{i}"));
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Turns_of_interleaved_calls_never_run_at_the_same_time()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var counts = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(grain.CountAsync)));

        // 1000 calls count to 10 each.
        counts.Max().ShouldBe(10_000);
    }

    [Fact]
    public async Task A_one_way_call_is_done_for_its_caller_before_the_method_ends()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var grain = host.GetGrain<IStageGrain>("a");
        var call = grain.EnterOneWayAsync("sent");
        call.IsCompletedSuccessfully.ShouldBeTrue();
        _stage.Open("sent");
        await grain.EnterInterleavedAsync(OpenGate("after"));
        await grain.FailOneWayAsync();
        await grain.EnterAsync(OpenGate("last"));
        _stage.Events.ShouldContain("sent ends");
    }

    [Fact]
    public async Task A_call_that_is_not_answered_in_time_fails_and_says_which_one_it_was()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(stage: _stage, time: time);
        var grain = host.GetGrain<IStageGrain>("slow");
        var running = grain.EnterAsync("running");
        await _stage.WaitAsync("running began");
        var waiting = grain.EnterAsync("waiting");

        // 30 s and the length of two sweeps, 1 s each.
        time.Advance(TimeSpan.FromSeconds(32));
        (await Should.ThrowAsync<TimeoutException>(() => running)).Message.ShouldContain("IStageGrain.EnterAsync of grain stage/slow");
        await Should.ThrowAsync<TimeoutException>(() => waiting);

        // The call that nobody waits for any more does not begin; the grain goes on with others.
        _stage.Open("running");
        await grain.EnterAsync(OpenGate("next"));
        _stage.Events.ShouldBe(["running begins", "running ends", "next begins", "next ends"]);
    }

    [Fact]
    public async Task Grains_that_call_each_other_in_a_circle_end_in_the_timeout()
    {
        var time = new ManualTimeProvider();
        await using var host = await TestHost.StartAsync(stage: _stage, time: time);
        var call = host.GetGrain<IStageGrain>("a").CallBackAsync(host.GetGrain<IStageGrain>("b"), "x");
        while (!call.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Should.ThrowAsync<TimeoutException>(() => call);
    }

    [Fact]
    public async Task Stateless_workers_run_at_once_up_to_their_number()
    {
        await using var host = await TestHost.StartAsync(stage: _stage);
        var worker = host.GetGrain<IWorkerGrain>(0);
        var calls = Enumerable.Range(0, 3).Select(i => worker.EnterAsync($"{i}")).ToList();
        await Task.WhenAll(_stage.WaitAsync("0 began"), _stage.WaitAsync("1 began"));
        _stage.Events.Count.ShouldBe(2);
        Enumerable.Range(0, 3).ToList().ForEach(i => _stage.Open($"{i}"));
        await Task.WhenAll(calls);
    }

    private string OpenGate(string name)
    {
        _stage.Open(name);
        return name;
    }
}

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task EnterAsync(string name);
}

[StatelessWorker(2)]
public sealed class WorkerGrain(Stage stage) : Grain, IWorkerGrain
{
    public async Task EnterAsync(string name)
    {
        stage.Events.Enqueue(name);
        stage.Open($"{name} began");
        await stage.WaitAsync(name);
    }
}
