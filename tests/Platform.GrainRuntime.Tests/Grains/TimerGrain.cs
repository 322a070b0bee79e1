namespace Platform.GrainRuntime.Tests.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    Task StartAsync(GrainTimerTimes times);

    Task ChangeAsync(TimeSpan dueTime, TimeSpan period);

    Task StopAsync();

    Task EnterAsync(string gate);

    Task PingAsync();
}

[GenerateSerializer, Immutable]
public sealed record GrainTimerTimes(
    [property: Id(0)] TimeSpan Due, [property: Id(1)] TimeSpan Period, [property: Id(2)] bool Interleave, [property: Id(3)] bool KeepAlive, [property: Id(4)] bool Fail);

/// <summary>Tick n opens the gate "tick n" and, if it is asked to, waits for "n may end".</summary>
[KeepAlive]
public sealed class TimerGrain(Stage stage) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task StartAsync(GrainTimerTimes times)
    {
        _timer = this.RegisterGrainTimer(
            async (fails, token) =>
            {
                var tick = ++_ticks;
                stage.Events.Enqueue($"tick {tick}");
                stage.Open($"tick {tick}");
                await stage.WaitAsync($"{tick} may end").WaitAsync(token);
                if (fails)
                {
                    throw new FormatException("A tick may fail.");
                }
            },
            times.Fail,
            new GrainTimerCreationOptions(times.Due, times.Period) { Interleave = times.Interleave, KeepAlive = times.KeepAlive });
        return Task.CompletedTask;
    }

    public Task ChangeAsync(TimeSpan dueTime, TimeSpan period)
    {
        _timer!.Change(dueTime, period);
        return Task.CompletedTask;
    }

    public Task StopAsync()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task EnterAsync(string gate)
    {
        stage.Open($"{gate} began");
        await stage.WaitAsync(gate);
    }

    public Task PingAsync() => Task.CompletedTask;
}
