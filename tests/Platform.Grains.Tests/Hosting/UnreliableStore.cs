using Microsoft.Extensions.DependencyInjection;
using Platform.Storage.Records;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Records of which some writes fail while a test says so: half of these are refused, half are carried out and reported as failed, as after a time-out.</summary>
internal sealed class UnreliableStore(IRecordStore store) : IRecordStore
{
    private Random _chance = new(0);
    private double _share;
    private int _failed;

    /// <summary>Writes that failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Puts itself before the store of the silo.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var real = services.Last(service => service.ServiceType == typeof(IRecordStore)).ImplementationFactory!;
        services.AddSingleton(provider => new UnreliableStore((IRecordStore)real(provider)));
        services.AddSingleton<IRecordStore>(provider => provider.GetRequiredService<UnreliableStore>());
    }

    /// <summary>From now on this share of writes fails.</summary>
    public void Fail(double share, int seed)
    {
        lock (store)
            (_chance, _share) = (new(seed), share);
    }

    /// <summary>No write fails any more.</summary>
    public void Recover() => Fail(0, 0);

    public Task<StoredRecord> ReadAsync(GrainId grain) => store.ReadAsync(grain);

    public Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadEntriesAsync(GrainId grain, string log, long from, int count) =>
        store.ReadEntriesAsync(grain, log, from, count);

    public async Task<long?> WriteAsync(GrainId grain, long? expected, RecordChanges changes)
    {
        bool fails, isDone;
        lock (store)
            (fails, isDone) = (_share > 0 && _chance.NextDouble() < _share, _chance.Next(2) == 0);
        if (!fails)
            return await store.WriteAsync(grain, expected, changes);
        Interlocked.Increment(ref _failed);
        if (isDone)
            await store.WriteAsync(grain, expected, changes);
        throw new StorageException("The test lets this write fail.");
    }
}
