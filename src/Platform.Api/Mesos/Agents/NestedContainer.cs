using System.Threading.Channels;
using Google.Protobuf;
using Platform.Api.Agents;
using Platform.Contracts.Agents;
using ProcessIO = Platform.Mesos.Wire.Agent.ProcessIO;

namespace Platform.Api.Mesos.Agents;

/// <summary>One command beside a task.</summary>
internal sealed class NestedContainer(Wire.ContainerID id, ExecChannel channel) : IAsyncDisposable
{
    private readonly TaskCompletionSource<ExecOutput?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ExecOutput> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();

    // So much is kept for who attaches; a command that writes more waits, as if it wrote into a pipe.
    private readonly Channel<ProcessIO> _outputs = Channel.CreateBounded<ProcessIO>(64);

    /// <summary>What it is called, with the containers that it is in.</summary>
    public Wire.ContainerID Id => id;

    /// <summary>Null: it runs; else why it does not.</summary>
    public Task<ExecOutput?> Started => _started.Task;

    /// <summary>How it ended.</summary>
    public Task<ExecOutput> Ended => _ended.Task;

    public void Begin(Action ended) => _ = PumpAsync(ended);

    public IAsyncEnumerable<ProcessIO> AttachAsync(CancellationToken cancellation) => _outputs.Reader.ReadAllAsync(cancellation);

    public Task SignalAsync(int signal) => _ended.Task.IsCompleted ? Task.CompletedTask : channel.SignalAsync(signal);

    public async Task TakeAsync(ProcessIO io, CancellationToken cancellation)
    {
        if (io.Data is { Type: ProcessIO.Types.Data.Types.Type.Stdin } data)
        {
            // Nothing is the end, as Mesos has it.
            if (data.Data_.IsEmpty)
                await channel.EndInputAsync();
            else
                await channel.WriteAsync(data.Data_.Memory, cancellation);
        }
        if (io.Control?.TtyInfo?.WindowSize is { Columns: > 0, Rows: > 0 } size)
            await channel.ResizeAsync((int)size.Columns, (int)size.Rows);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await channel.DisposeAsync();
        _ended.TrySetResult(new() { Id = "", Error = "It was ended with the request that started it" });
    }

    private async Task PumpAsync(Action ended)
    {
        var last = new ExecOutput { Id = "", Error = "What became of it is not known" };
        try
        {
            await foreach (var output in channel.ReadAllAsync(_stop.Token))
            {
                if (output.Started)
                    _started.TrySetResult(null);
                if (output.Bytes.Length > 0)
                {
                    await _outputs.Writer.WriteAsync(new()
                    {
                        Type = ProcessIO.Types.Type.Data,
                        Data = new()
                        {
                            Type = output.IsError ? ProcessIO.Types.Data.Types.Type.Stderr : ProcessIO.Types.Data.Types.Type.Stdout,
                            Data_ = ByteString.CopyFrom(output.Bytes),
                        },
                    }, _stop.Token);
                }
                if (output.IsLast)
                    last = output;
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more.
        }
        _started.TrySetResult(last.Error is null ? null : last);
        _ended.TrySetResult(last);
        _outputs.Writer.TryComplete();
        ended();
    }
}
