using System.Collections.Immutable;

namespace Platform.GrainRuntime.Tests.Grains;

[GenerateSerializer, Immutable]
public sealed record Item([property: Id(0)] int Number, [property: Id(1)] string Text);

[GenerateSerializer, Immutable]
public sealed record LogBounds([property: Id(0)] long First, [property: Id(1)] long Next);

/// <summary>Stores in all forms.</summary>
public interface IStoringGrain : IGrainWithStringKey
{
    Task SetStateAsync(int count);

    Task<int> GetStateAsync();

    /// <summary>Has another grain of this kind set its state.</summary>
    Task SetStateOfAsync(string other, int count);

    /// <summary>Sets the state on the tick of a timer.</summary>
    Task SetStateOnTickAsync(int count);

    /// <summary>Another one for each activation.</summary>
    Task<Guid> GetActivationAsync();

    Task ClearStateAsync();

    Task SetItemsAsync(ImmutableDictionary<string, Item?> changes);

    Task<ImmutableDictionary<string, Item>> GetItemsAsync();

    Task ClearItemsAsync();

    Task<LogBounds> AppendAsync(ImmutableArray<Item> entries);

    Task<LogBounds> TrimAsync(long before);

    Task<ImmutableArray<LogEntry<Item>>> ReadAsync(long from, int count);

    /// <summary>All three at once.</summary>
    Task WriteAllAsync(Item item);
}

[KeepAlive]
public sealed class StoringGrain(
    [PersistentState("state", "platform")] IPersistentState<CounterState> state,
    [PersistentItems("items", "platform")] IPersistentItems<Item> items,
    [PersistentLog("log", "platform")] IPersistentLog<Item> log) : Grain, IStoringGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task SetStateAsync(int count)
    {
        state.State.Count = count;
        return state.WriteStateAsync();
    }

    public Task<int> GetStateAsync() => Task.FromResult(state.RecordExists ? state.State.Count : -1);

    public Task SetStateOfAsync(string other, int count) => GrainFactory.GetGrain<IStoringGrain>(other).SetStateAsync(count);

    public Task SetStateOnTickAsync(int count)
    {
        this.RegisterGrainTimer(() => SetStateAsync(count), TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task<Guid> GetActivationAsync() => Task.FromResult(_activation);

    public Task ClearStateAsync() => state.ClearStateAsync();

    public Task SetItemsAsync(ImmutableDictionary<string, Item?> changes)
    {
        foreach (var (key, item) in changes)
        {
            if (item is null)
            {
                items.Remove(key);
            }
            else
            {
                items.Set(key, item);
            }
        }

        return items.WriteAsync();
    }

    public Task<ImmutableDictionary<string, Item>> GetItemsAsync() => Task.FromResult(items.Items.ToImmutableDictionary());

    public Task ClearItemsAsync() => items.ClearAsync();

    public async Task<LogBounds> AppendAsync(ImmutableArray<Item> entries)
    {
        foreach (var entry in entries)
        {
            log.Append(entry);
        }

        await log.WriteAsync();
        return new(log.FirstSequence, log.NextSequence);
    }

    public async Task<LogBounds> TrimAsync(long before)
    {
        log.TrimBefore(before);
        await log.WriteAsync();
        return new(log.FirstSequence, log.NextSequence);
    }

    public async Task<ImmutableArray<LogEntry<Item>>> ReadAsync(long from, int count) => [.. await log.ReadAsync(from, count)];

    public Task WriteAllAsync(Item item)
    {
        state.State.Count++;
        items.Set(item.Text, item);
        log.Append(item);
        return Task.WhenAll(state.WriteStateAsync(), items.WriteAsync(), log.WriteAsync());
    }
}

/// <summary>Counts many calls with few writes.</summary>
public interface ICoalescingGrain : IGrainWithStringKey
{
    Task AddAsync();

    Task<int> WritesAsync();
}

[Reentrant, KeepAlive]
public sealed class CoalescingGrain : Grain, ICoalescingGrain
{
    private readonly IPersistentState<CounterState> _state;
    private readonly CoalescingWriter _writer;
    private int _writes;

    public CoalescingGrain([PersistentState("state", "platform")] IPersistentState<CounterState> state)
    {
        _state = state;
        _writer = new CoalescingWriter(() =>
        {
            _writes++;
            return _state.WriteStateAsync();
        });
    }

    public Task AddAsync()
    {
        _state.State.Count++;
        return _writer.WriteAsync();
    }

    public Task<int> WritesAsync() => Task.FromResult(_writes);
}
