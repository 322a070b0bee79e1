namespace Platform.GrainRuntime.Tests.Grains;

/// <summary>Records its life; counts its calls in memory only.</summary>
public interface ILifeGrain : IGrainWithStringKey
{
    Task<int> CountAsync();

    Task EndAsync();

    Task StayAsync(TimeSpan time);

    Task EnterAsync(string gate);

    /// <summary>Waits at the gate, then calls another grain.</summary>
    Task CallAsync(string gate, string other);
}

public interface IKeptGrain : IGrainWithStringKey
{
    Task<int> CountAsync();
}

public sealed class LifeGrain(Stage stage) : Grain, ILifeGrain
{
    private int _count;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        stage.Events.Enqueue("activated");
        await stage.WaitAsync("may activate");
        if (this.GetPrimaryKeyString() == "broken" && !stage.Events.Contains("mended"))
        {
            stage.Events.Enqueue("mended");
            throw new FormatException("Not this time.");
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        stage.Events.Enqueue($"deactivated: {reason.ReasonCode}");
        stage.Open("deactivated");
        return Task.CompletedTask;
    }

    public Task<int> CountAsync() => Task.FromResult(++_count);

    public Task EndAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task StayAsync(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public async Task CallAsync(string gate, string other)
    {
        await EnterAsync(gate);
        await GrainFactory.GetGrain<ILifeGrain>(other).CountAsync();
    }

    public async Task EnterAsync(string gate)
    {
        stage.Open($"{gate} began");
        await stage.WaitAsync(gate);
        stage.Events.Enqueue($"{gate} ends");
    }
}

[KeepAlive]
public sealed class KeptGrain : Grain, IKeptGrain
{
    private int _count;

    public Task<int> CountAsync() => Task.FromResult(++_count);
}
