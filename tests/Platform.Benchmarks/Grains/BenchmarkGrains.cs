using Platform.Storage.Records;

namespace Platform.Benchmarks.Grains;

/// <summary>Does as little as a grain can.</summary>
public interface ICallTargetGrain : IGrainWithIntegerKey
{
    /// <summary>Answers at once.</summary>
    Task<int> AddAsync(int value);

    /// <summary>Answers at once, without a task object.</summary>
    ValueTask<int> AddValueAsync(int value);
}

/// <inheritdoc cref="ICallTargetGrain"/>
public sealed class CallTargetGrain : Grain, ICallTargetGrain
{
    private int _sum;

    /// <inheritdoc/>
    public Task<int> AddAsync(int value) => Task.FromResult(_sum += value);

    /// <inheritdoc/>
    public ValueTask<int> AddValueAsync(int value) => new(_sum += value);
}

/// <summary>Calls other grains in a loop.</summary>
public interface ICallSourceGrain : IGrainWithIntegerKey
{
    /// <summary>Calls one grain again and again, each time when the last answer is there.</summary>
    Task CallAsync(ICallTargetGrain target, int count);

    /// <inheritdoc cref="CallAsync"/>
    Task CallValueAsync(ICallTargetGrain target, int count);
}

/// <inheritdoc cref="ICallSourceGrain"/>
public sealed class CallSourceGrain : Grain, ICallSourceGrain
{
    /// <inheritdoc/>
    public async Task CallAsync(ICallTargetGrain target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await target.AddAsync(1);
        }
    }

    /// <inheritdoc/>
    public async Task CallValueAsync(ICallTargetGrain target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await target.AddValueAsync(1);
        }
    }
}

/// <summary>A stored value of a common size: some 200 bytes.</summary>
[GenerateSerializer, Immutable]
public sealed record WrittenState
{
    /// <summary>Changes with every write.</summary>
    [Id(0)]
    public int Count { get; init; }

    /// <summary>Does not change.</summary>
    [Id(1)]
    public string Text { get; init; } = new('x', 180);
}

/// <summary>Stores in the three forms.</summary>
public interface IWritingGrain : IGrainWithIntegerKey
{
    /// <summary>Stores its one value.</summary>
    Task WriteStateAsync();

    /// <summary>Stores one more of many items.</summary>
    Task WriteItemAsync();

    /// <summary>Appends to its log.</summary>
    Task AppendAsync();
}

/// <inheritdoc cref="IWritingGrain"/>
public sealed class WritingGrain(
    [PersistentState("state", "platform")] IPersistentState<WrittenState> state,
    [PersistentItems("items", "platform")] IPersistentItems<WrittenState> items,
    [PersistentLog("log", "platform")] IPersistentLog<WrittenState> log) : Grain, IWritingGrain
{
    /// <inheritdoc/>
    public Task WriteStateAsync()
    {
        state.State = state.State with { Count = state.State.Count + 1 };
        return state.WriteStateAsync();
    }

    /// <inheritdoc/>
    public Task WriteItemAsync()
    {
        items.Set($"item-{items.Items.Count}", new WrittenState { Count = items.Items.Count });
        return items.WriteAsync();
    }

    /// <inheritdoc/>
    public Task AppendAsync()
    {
        log.Append(new WrittenState { Count = (int)log.NextSequence });
        return log.WriteAsync();
    }
}
