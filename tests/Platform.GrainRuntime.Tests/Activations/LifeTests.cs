using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.GrainRuntime.Testing;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Activations;

public sealed class LifeTests
{
    private readonly Stage _stage = new();
    private readonly ManualTimeProvider _time = new();

    public LifeTests() => _stage.Open("may activate");

    [Fact]
    public async Task A_grain_is_activated_by_its_first_call_and_once_only()
    {
        await using var host = await StartAsync();
        var counts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => host.GetGrain<ILifeGrain>("a").CountAsync())));
        counts.Order().ShouldBe(Enumerable.Range(1, 100));
        _stage.Events.ShouldBe(["activated"]);
    }

    [Fact]
    public async Task A_failure_to_activate_fails_the_calls_that_wait_and_the_next_call_tries_again()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ILifeGrain>("broken");
        await Should.ThrowAsync<FormatException>(grain.CountAsync);
        (await grain.CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_grain_that_asks_for_its_end_ends_after_the_call_and_lives_again_with_the_next()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ILifeGrain>("a");
        await grain.CountAsync();
        await grain.EndAsync();
        (await grain.CountAsync()).ShouldBe(1);
        _stage.Events.ShouldBe(["activated", "deactivated: ApplicationRequested", "activated"]);
    }

    [Fact]
    public async Task Calls_that_wait_for_an_ending_activation_go_to_the_next_one()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ILifeGrain>("a");
        var running = grain.EnterAsync("x");
        await _stage.WaitAsync("x began");
        var ending = grain.EndAsync();
        var counts = Enumerable.Range(0, 5).Select(_ => grain.CountAsync()).ToList();
        _stage.Open("x");
        await running;
        await ending;
        (await Task.WhenAll(counts)).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task An_activation_that_is_not_called_for_the_collection_age_is_collected()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ILifeGrain>("a");
        var kept = host.GetGrain<IKeptGrain>("a");
        await grain.CountAsync();
        await kept.CountAsync();

        // Called again after 10 minutes, it is not yet 15 minutes idle at 20.
        _time.Advance(TimeSpan.FromMinutes(10));
        await grain.CountAsync();
        _time.Advance(TimeSpan.FromMinutes(10));
        (await grain.CountAsync()).ShouldBe(3);

        // 15 minutes idle, and up to one more until the next round.
        _time.Advance(TimeSpan.FromMinutes(17));
        await _stage.WaitAsync("deactivated");
        (await grain.CountAsync()).ShouldBe(1);
        (await kept.CountAsync()).ShouldBe(2);
        _stage.Events.ShouldContain("deactivated: ActivationIdle");
    }

    [Fact]
    public async Task A_grain_can_delay_its_collection()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<ILifeGrain>("a");
        await grain.CountAsync();
        await grain.StayAsync(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromMinutes(58));
        (await grain.CountAsync()).ShouldBe(2);
        _time.Advance(TimeSpan.FromMinutes(20));
        await _stage.WaitAsync("deactivated");
    }

    [Fact]
    public async Task Random_deactivation_ends_idle_activations_between_calls()
    {
        await using var host = await StartAsync(options => options.RandomDeactivationProbability = 0.5);
        var grain = host.GetGrain<ILifeGrain>("a");
        var counts = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            counts.Add(await grain.CountAsync());
        }

        // A count of 1 is the first call of an activation.
        var activations = counts.Count(count => count == 1);
        activations.ShouldBeInRange(20, 80);
        _stage.Events.Count(line => line == "activated").ShouldBe(activations);
    }

    [Fact]
    public async Task A_graceful_stop_waits_for_running_calls_and_deactivates_every_grain()
    {
        await using var host = await StartAsync();
        var running = host.GetGrain<ILifeGrain>("a").EnterAsync("x");
        await _stage.WaitAsync("x began");
        await host.GetGrain<ILifeGrain>("b").CountAsync();
        var grain = host.GetGrain<ILifeGrain>("a");
        var stop = host.Services.GetRequiredService<IHost>().StopAsync();
        await Should.ThrowAsync<SiloUnavailableException>(host.GetGrain<ILifeGrain>("c").CountAsync);
        stop.IsCompleted.ShouldBeFalse();
        _stage.Open("x");
        await running;
        await stop;
        _stage.Events.Count(line => line == "deactivated: ShuttingDown").ShouldBe(2);
        await Should.ThrowAsync<SiloUnavailableException>(grain.CountAsync);
    }

    [Fact]
    public async Task A_graceful_stop_wakes_no_grain_up()
    {
        await using var host = await StartAsync();
        var calling = host.GetGrain<ILifeGrain>("a").CallAsync("x", "asleep");
        await _stage.WaitAsync("x began");
        var stop = host.Services.GetRequiredService<IHost>().StopAsync();
        _stage.Open("x");
        await Should.ThrowAsync<SiloUnavailableException>(calling);
        await stop;
        _stage.Events.Count(line => line == "activated").ShouldBe(1);
    }

    [Fact]
    public async Task A_graceful_stop_gives_up_on_a_grain_that_hangs()
    {
        await using var host = await StartAsync(options =>
        {
            options.StopTimeout = TimeSpan.FromSeconds(5);
            // The clock may run far ahead before the stop takes note of it; the call must not end by its own timeout then.
            options.ResponseTimeout = TimeSpan.FromDays(1000);
        });
        var running = host.GetGrain<ILifeGrain>("a").EnterAsync("never");
        await _stage.WaitAsync("never began");
        var stop = host.Services.GetRequiredService<IHost>().StopAsync();
        while (!stop.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stop;
        running.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void A_grain_made_with_new_says_how_to_call_it() =>
        Should.Throw<InvalidOperationException>(() => new KeptGrain()).Message.ShouldContain("GetGrain");

    private Task<GrainTestHost> StartAsync(Action<GrainRuntimeOptions>? configure = null) => TestHost.StartAsync(
        options =>
        {
            options.RandomDeactivationProbability = 0;
            configure?.Invoke(options);
        },
        _stage,
        _time);
}
