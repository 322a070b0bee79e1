using Platform.GrainRuntime.Activations;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Storage;

namespace Platform.GrainRuntime.State;

/// <inheritdoc cref="IPersistentState{TState}"/>
internal sealed class PersistentState<TState>(Activation activation, string name) : IPersistentState<TState>
{
    private long? _etag;

    public TState State { get; set; } = default!;

    public string? Etag => _etag?.ToString();

    public bool RecordExists => _etag is not null;

    public Task ReadStateAsync()
    {
        var stored = activation.Silo.Storage.ReadState(activation.GrainId, name);
        State = stored is { } found ? StoredJson.Read<TState>(found.Data) : New();
        _etag = stored?.Etag;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync() => WriteAsync(StoredJson.Write(State));

    public async Task ClearStateAsync()
    {
        await WriteAsync(null);
        State = New();
    }

    private static TState New() => Activator.CreateInstance<TState>();

    private async Task WriteAsync(byte[]? data)
    {
        var write = new StateWrite(activation.GrainId, name, _etag, data);
        activation.Write(write);
        await write.Done;
        _etag = write.Etag;
    }
}
