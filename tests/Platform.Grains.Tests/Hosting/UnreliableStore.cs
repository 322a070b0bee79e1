using Microsoft.Extensions.DependencyInjection;
using Platform.Storage.Records;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Records of which some writes fail while a test says so: half of these are refused, half are carried out and reported as failed, as after a time-out.</summary>
internal sealed class UnreliableStore(IRecordStore store) : IRecordStore
{
    private Random _chance = new(0);
    private double _share;
    private Func<GrainId, bool> _of = _ => true;
    private HeldWrite? _next;
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
    /// <param name="share">0 to 1.</param>
    /// <param name="seed">The same one fails the same writes.</param>
    /// <param name="of">Of which grains; null: of all.</param>
    public void Fail(double share, int seed, Func<GrainId, bool>? of = null)
    {
        lock (store)
            (_chance, _share, _of) = (new(seed), share, of ?? (_ => true));
    }

    /// <summary>No write fails any more.</summary>
    public void Recover() => Fail(0, 0);

    /// <summary>Holds up the next write of a grain until it is refused.</summary>
    public HeldWrite HoldNext(GrainId grain)
    {
        lock (store)
            return _next = new(grain);
    }

    public Task<StoredRecord> ReadAsync(GrainId grain) => store.ReadAsync(grain);

    public Task<IReadOnlyList<(long Sequence, byte[] Value)>> ReadEntriesAsync(GrainId grain, string log, long from, int count) =>
        store.ReadEntriesAsync(grain, log, from, count);

    public async Task<long?> WriteAsync(GrainId grain, long? expected, RecordChanges changes)
    {
        bool fails, isDone;
        HeldWrite? held = null;
        lock (store)
        {
            if (_next?.Grain == grain)
                (held, _next) = (_next, null);
        }
        if (held is not null)
        {
            await held.UntilRefusedAsync();
            throw new StorageException("The test refuses this write.");
        }
        lock (store)
            (fails, isDone) = (_share > 0 && _of(grain) && _chance.NextDouble() < _share, _chance.Next(2) == 0);
        if (!fails)
            return await store.WriteAsync(grain, expected, changes);
        Interlocked.Increment(ref _failed);
        if (isDone)
            await store.WriteAsync(grain, expected, changes);
        throw new StorageException("The test lets this write fail.");
    }

    /// <summary>A write that is under way until the test refuses it.</summary>
    internal sealed class HeldWrite(GrainId grain)
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public GrainId Grain => grain;

        /// <summary>Done when it is under way.</summary>
        public Task Began => _began.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public void Refuse() => _refused.TrySetResult();

        public Task UntilRefusedAsync()
        {
            _began.TrySetResult();
            return _refused.Task;
        }
    }
}
