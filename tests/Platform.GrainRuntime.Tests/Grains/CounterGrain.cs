namespace Platform.GrainRuntime.Tests.Grains;

[GenerateSerializer]
public sealed class CounterState
{
    [Id(0)]
    public int Count { get; set; }
}

public interface ICounterGrain : IGrainWithIntegerKey
{
    Task<int> IncrementAsync();

    Task<int> GetAsync();

    Task ClearAsync();
}

public sealed class CounterGrain([PersistentState("counter", "platform")] IPersistentState<CounterState> counter) : Grain, ICounterGrain
{
    public async Task<int> IncrementAsync()
    {
        var value = ++counter.State.Count;
        await counter.WriteStateAsync();
        return value;
    }

    public Task<int> GetAsync() => Task.FromResult(counter.State.Count);

    public Task ClearAsync() => counter.ClearStateAsync();
}
