using System.Diagnostics;

namespace Platform.Storage.Records;

/// <summary>The record of one activation: its parts, and the one writer of all of them.</summary>
/// <remarks>
/// What is staged in one turn of the grain, and what is staged while a write runs, is stored in one step. What is not stored is not true:
/// when a write fails, the grain's memory is ahead of its record, so the record takes no more writes and ends the activation; the next
/// one begins with what is stored. A record of logs alone keeps what is staged and tries again with the next write. Not thread-safe: it
/// lives on the turns of its grain.
/// </remarks>
internal sealed class GrainRecord(IGrainContext context, IRecordStore store, IFailedWrites? failedWrites)
{
    private readonly List<RecordPart> _parts = [];
    private Task? _running;
    private Task? _next;
    private Exception? _broken;
    private bool _isLoaded;

    public GrainId Grain => context.GrainId;

    public IRecordStore Store => store;

    public long? Version { get; private set; }

    /// <summary>The record of an activation; every part of a grain is of the same one.</summary>
    public static GrainRecord Of(IGrainContext context, IRecordStore store, IFailedWrites? failedWrites)
    {
        if (context.GetComponent<GrainRecord>() is { } record)
            return record;
        record = new(context, store, failedWrites);
        context.SetComponent(record);
        context.ObservableLifecycle.Subscribe(nameof(GrainRecord), GrainLifecycleStage.SetupState, _ => record.LoadAsync(), _ => Task.CompletedTask);
        return record;
    }

    public void Add(RecordPart part) => _parts.Add(part);

    /// <summary>Reads the record again; what is staged is forgotten.</summary>
    public async Task LoadAsync()
    {
        if (_isLoaded && _running is { } running)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var stored = await store.ReadAsync(Grain);
        Version = stored.Version;
        foreach (var part in _parts)
            part.Load(stored);
        _isLoaded = true;
    }

    /// <summary>Done when everything that is staged now is stored.</summary>
    public Task WriteAsync()
    {
        if (_broken is not null)
            return Task.FromException(_broken);
        if (!_parts.Exists(part => part.IsStaged))
            return _running ?? Task.CompletedTask;
        return _next ??= WriteNextAsync(_running);
    }

    private async Task WriteNextAsync(Task? previous)
    {
        if (previous is null)
        {
            // What the same turn has still to stage joins this write.
            await Task.Yield();
        }
        else
        {
            // A failure belongs to those who waited for that write.
            await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        var mine = _next;
        _running = mine;
        _next = null;
        try
        {
            if (_broken is not null)
                throw _broken;
            await StoreAsync();
        }
        finally
        {
            if (_running == mine)
                _running = null;
        }
    }

    private async Task StoreAsync()
    {
        // A log gives what fits into one write; the rest comes in the next ones.
        do
        {
            var changes = new RecordChanges();
            var taken = _parts.FindAll(part => part.IsStaged);
            taken.ForEach(part => part.Take(changes));
            var began = Stopwatch.GetTimestamp();
            try
            {
                Version = await store.WriteAsync(Grain, Version, changes);
                StorageMeter.Written(began);
            }
            catch (Exception failure)
            {
                StorageMeter.Failed();
                Fail(failure);
                throw;
            }

            taken.ForEach(part => part.Stored());
        }
        while (_parts.Exists(part => part.CanTryAgain && part.IsStaged));
    }

    private void Fail(Exception failure)
    {
        if (failure is StorageException && _parts.TrueForAll(part => part.CanTryAgain))
            return;
        _broken = failure;
        // Without the failure itself: calls that wait then go to the next activation instead of failing with it.
        context.Deactivate(new(DeactivationReasonCode.ApplicationError, $"A write failed: the next activation begins with what is stored. {failure.Message}"));
        failedWrites?.Failed(Grain, failure);
    }
}
