using System.Collections.Immutable;
using Platform.Storage.Records;

namespace Platform.Storage.Tests;

[GenerateSerializer, Immutable]
public sealed record Item([property: Id(0)] int Number, [property: Id(1)] string Text);

[GenerateSerializer, Immutable]
public sealed record Count([property: Id(0)] int Value)
{
    public Count()
        : this(0)
    {
    }
}

/// <summary>Stores in all forms.</summary>
public interface IStoringGrain : IGrainWithStringKey
{
    Task SetStateAsync(int count);

    /// <summary>-1: nothing is stored.</summary>
    Task<int> GetStateAsync();

    /// <summary>Has another grain of this kind set its state.</summary>
    Task SetStateOfAsync(string other, int count);

    /// <summary>Sets the state on the tick of a timer.</summary>
    Task SetStateOnTickAsync(int count);

    /// <summary>Another one for each activation.</summary>
    Task<Guid> GetActivationAsync();

    Task ClearAsync();

    Task<ImmutableDictionary<string, Item>> GetItemsAsync();

    Task<ImmutableArray<LogEntry<Item>>> ReadAsync(long from, int count);

    /// <summary>All three at once, in the worst order.</summary>
    Task WriteAllAsync(Item item);

    /// <summary>How many writes the grain asked for at once are one commit.</summary>
    Task WriteManyAsync(int count);
}

[KeepAlive]
public sealed class StoringGrain(
    [PersistentState("state", "platform")] IPersistentState<Count> state,
    [PersistentItems("items", "platform")] IPersistentItems<Item> items,
    [PersistentLog("log", "platform")] IPersistentLog<Item> log) : Grain, IStoringGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task SetStateAsync(int count)
    {
        state.State = new(count);
        return state.WriteStateAsync();
    }

    public Task<int> GetStateAsync() => Task.FromResult(state.RecordExists ? state.State.Value : -1);

    public Task SetStateOfAsync(string other, int count) => GrainFactory.GetGrain<IStoringGrain>(other).SetStateAsync(count);

    public Task SetStateOnTickAsync(int count)
    {
        this.RegisterGrainTimer(() => SetStateAsync(count), TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task<Guid> GetActivationAsync() => Task.FromResult(_activation);

    public Task ClearAsync() => Task.WhenAll(state.ClearStateAsync(), items.ClearAsync());

    public Task<ImmutableDictionary<string, Item>> GetItemsAsync() => Task.FromResult(items.Items.ToImmutableDictionary());

    public async Task<ImmutableArray<LogEntry<Item>>> ReadAsync(long from, int count) => [.. await log.ReadAsync(from, count)];

    public Task WriteAllAsync(Item item)
    {
        log.Append(item);
        var logged = log.WriteAsync();
        items.Set(item.Text, item);
        var put = items.WriteAsync();
        state.State = new(state.State.Value + 1);
        return Task.WhenAll(logged, put, state.WriteStateAsync());
    }

    public async Task WriteManyAsync(int count)
    {
        for (var i = 0; i < count; i++)
            items.Set($"{i}", new(i, new('x', 1000)));
        await items.WriteAsync();
    }
}

/// <summary>Has a log and nothing else.</summary>
public interface ILoggingGrain : IGrainWithStringKey
{
    Task AppendAsync(ImmutableArray<Item> entries);

    Task<ImmutableArray<int>> ReadAsync(long from, int count);

    Task TrimAsync(long before);

    Task<Guid> GetActivationAsync();
}

[Reentrant, KeepAlive]
public sealed class LoggingGrain([PersistentLog("log", "platform")] IPersistentLog<Item> log) : Grain, ILoggingGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task AppendAsync(ImmutableArray<Item> entries)
    {
        foreach (var entry in entries)
            log.Append(entry);
        return log.WriteAsync();
    }

    public async Task<ImmutableArray<int>> ReadAsync(long from, int count) => [.. (await log.ReadAsync(from, count)).Select(entry => entry.Value.Number)];

    public Task TrimAsync(long before)
    {
        log.TrimBefore(before);
        return log.WriteAsync();
    }

    public Task<Guid> GetActivationAsync() => Task.FromResult(_activation);
}
