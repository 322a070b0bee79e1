using Platform.GrainRuntime.Testing;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Activations;

public sealed class TimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly GrainTimerTimes EverySecond = new(Second, Second, Interleave: false, KeepAlive: false, Fail: false);
    private readonly Stage _stage = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task The_next_period_begins_when_the_callback_has_ended()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        await grain.StartAsync(EverySecond);
        _time.Advance(Second);
        await _stage.WaitAsync("tick 1");

        // Five periods pass while the first tick runs.
        _time.Advance(Second * 5);
        _stage.Open("1 may end");
        await grain.PingAsync();
        _stage.Events.ShouldBe(["tick 1"]);
        _time.Advance(Second);
        await _stage.WaitAsync("tick 2");
    }

    [Fact]
    public async Task A_tick_waits_for_the_call_that_runs_unless_it_interleaves()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        var other = host.GetGrain<ITimerGrain>("b");
        await grain.StartAsync(EverySecond);
        var call = grain.EnterAsync("x");
        await _stage.WaitAsync("x began");
        _time.Advance(Second);
        await other.PingAsync();
        _stage.Events.ShouldBeEmpty();
        _stage.Open("x");
        await call;
        await _stage.WaitAsync("tick 1");

        await other.StartAsync(EverySecond with { Interleave = true });
        var otherCall = other.EnterAsync("y");
        await _stage.WaitAsync("y began");
        _stage.Events.Clear();
        _time.Advance(Second);
        SpinWait.SpinUntil(() => !_stage.Events.IsEmpty, TimeSpan.FromSeconds(60)).ShouldBeTrue();
        otherCall.IsCompleted.ShouldBeFalse();
        _stage.Open("y");
        await otherCall;
    }

    [Fact]
    public async Task A_timer_ticks_on_after_a_failure()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        await grain.StartAsync(EverySecond with { Fail = true });
        _stage.Open("1 may end");
        _time.Advance(Second);
        await _stage.WaitAsync("tick 1");
        await grain.PingAsync();
        _time.Advance(Second);
        await _stage.WaitAsync("tick 2");
    }

    [Fact]
    public async Task Change_sets_new_times_and_dispose_ends_the_timer()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        await grain.StartAsync(new(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, false, false, false));
        _time.Advance(TimeSpan.FromDays(1));
        await grain.ChangeAsync(Second, Timeout.InfiniteTimeSpan);
        _stage.Open("1 may end");
        _stage.Open("2 may end");
        _time.Advance(Second);
        await _stage.WaitAsync("tick 1");
        await grain.PingAsync();

        // A single tick.
        _time.Advance(TimeSpan.FromDays(1));
        await grain.ChangeAsync(Second, Second);
        _time.Advance(Second);
        await _stage.WaitAsync("tick 2");
        await grain.StopAsync();
        _time.Advance(TimeSpan.FromDays(1));
        await grain.PingAsync();
        _stage.Events.ShouldBe(["tick 1", "tick 2"]);
    }

    [Fact]
    public async Task Timers_end_with_their_activation()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        await grain.StartAsync(EverySecond);
        await host.DeactivateAllAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        await grain.PingAsync();
        _stage.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Disposing_a_timer_cancels_the_tick_that_runs()
    {
        await using var host = await TestHost.StartAsync(stage: _stage, time: _time);
        var grain = host.GetGrain<ITimerGrain>("a");
        await grain.StartAsync(EverySecond with { Interleave = true });
        _time.Advance(Second);
        await _stage.WaitAsync("tick 1");
        await grain.StopAsync();

        // Only an activation on which nothing runs can end.
        await host.DeactivateAllAsync();
    }
}
