using Microsoft.Extensions.DependencyInjection;
using Platform.GrainRuntime.Testing;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Activations;

public sealed class ReminderTests
{
    private readonly ReminderTicks _ticks = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_reminder_ticks_at_its_due_time_and_then_every_period()
    {
        await using var host = await StartAsync();
        var registered = _time.GetUtcNow();
        await host.GetGrain<IReminderGrain>("a").RegisterAsync("r", TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromMinutes(2));
        var first = await _ticks.Channel.Reader.ReadAsync();
        first.Grain.ShouldBe("a");
        first.Name.ShouldBe("r");
        first.Status.FirstTickTime.ShouldBe(registered.UtcDateTime.AddMinutes(2));
        first.Status.CurrentTickTime.ShouldBe(registered.UtcDateTime.AddMinutes(2));
        _time.Advance(TimeSpan.FromMinutes(1));
        (await _ticks.Channel.Reader.ReadAsync()).Status.CurrentTickTime.ShouldBe(registered.UtcDateTime.AddMinutes(3));
    }

    [Fact]
    public async Task Reminders_survive_a_crash_and_missed_ticks_are_not_replayed()
    {
        await using var host = await StartAsync();
        var registered = _time.GetUtcNow().UtcDateTime;
        await host.GetGrain<IReminderGrain>("a").RegisterAsync("r", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await host.CrashAsync(() => _time.Advance(TimeSpan.FromMinutes(10.5)));

        // The ticks of minutes 1 to 10 are missed; the one of minute 11 comes, half a minute after the restart.
        _time.Advance(TimeSpan.FromMinutes(0.5));
        (await _ticks.Channel.Reader.ReadAsync()).Status.CurrentTickTime.ShouldBe(registered.AddMinutes(11));
        _ticks.Channel.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Registering_again_replaces_and_unregistering_ends()
    {
        await using var host = await StartAsync();
        var grain = host.GetGrain<IReminderGrain>("a");
        await grain.RegisterAsync("r", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await grain.RegisterAsync("r", TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(30));
        await grain.RegisterAsync("s", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        (await grain.NamesAsync()).ShouldBe(["r", "s"]);
        await grain.UnregisterAsync("s");
        await host.RestartAsync();
        (await host.GetGrain<IReminderGrain>("a").NamesAsync()).ShouldBe(["r"]);
        _time.Advance(TimeSpan.FromMinutes(30));
        (await _ticks.Channel.Reader.ReadAsync()).Name.ShouldBe("r");
        _ticks.Channel.Reader.TryRead(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_period_below_the_minimum_is_refused()
    {
        await using var host = await StartAsync();
        await Should.ThrowAsync<ArgumentException>(() => host.GetGrain<IReminderGrain>("a").RegisterAsync("r", TimeSpan.Zero, TimeSpan.FromSeconds(4)));
    }

    private Task<GrainTestHost> StartAsync() => TestHost.StartAsync(time: _time, services: services => services.AddSingleton(_ticks));
}
