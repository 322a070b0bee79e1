namespace Platform.GrainRuntime.Tests.Grains;

/// <summary>Waits at gates and records what it does.</summary>
public interface IStageGrain : IGrainWithStringKey
{
    Task EnterAsync(string name);

    [AlwaysInterleave]
    Task EnterInterleavedAsync(string name);

    [ReadOnly]
    Task EnterReadOnlyAsync(string name);

    [OneWay]
    Task EnterOneWayAsync(string name);

    /// <summary>Counts without any lock, over a turn's boundary that other calls may use.</summary>
    [AlwaysInterleave]
    Task<int> CountAsync();

    Task CallBackAsync(IStageGrain other, string name);

    [OneWay]
    Task FailOneWayAsync();
}

/// <summary>As <see cref="IStageGrain"/>, in a reentrant grain.</summary>
public interface IReentrantStageGrain : IGrainWithStringKey
{
    Task EnterAsync(string name);
}

public sealed class StageGrain(Stage stage) : Grain, IStageGrain
{
    private int _count;

    public async Task EnterAsync(string name)
    {
        stage.Events.Enqueue($"{name} begins");
        stage.Open($"{name} began");
        await stage.WaitAsync(name);
        stage.Events.Enqueue($"{name} ends");
    }

    public Task EnterInterleavedAsync(string name) => EnterAsync(name);

    public Task EnterReadOnlyAsync(string name) => EnterAsync(name);

    public Task EnterOneWayAsync(string name) => EnterAsync(name);

    public async Task<int> CountAsync()
    {
        for (var i = 0; i < 10; i++)
        {
            // Two threads in here at once would lose counts.
            var before = _count;
            Thread.SpinWait(20);
            _count = before + 1;
            await Task.Yield();
        }

        return _count;
    }

    public Task CallBackAsync(IStageGrain other, string name) => other.CallBackAsync(this.AsReference<IStageGrain>(), name);

    public Task FailOneWayAsync() => throw new InvalidOperationException("Nobody sees this.");
}

[Reentrant]
public sealed class ReentrantStageGrain(Stage stage) : Grain, IReentrantStageGrain
{
    public async Task EnterAsync(string name)
    {
        stage.Open($"{name} began");
        await stage.WaitAsync(name);
    }
}
