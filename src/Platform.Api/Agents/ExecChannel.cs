using System.Threading.Channels;
using Platform.Contracts.Agents;
using Platform.Core.Collections;

namespace Platform.Api.Agents;

/// <summary>A command beside a task, as whoever serves its user holds it: what it writes comes in order, and neither side is sent more than it takes.</summary>
public sealed class ExecChannel : IExecClient, IAsyncDisposable
{
    private readonly IGrainFactory _grains;
    private readonly string _agentId;
    private readonly string _id;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly NumberedFrames<ExecOutput> _frames = new();
    private readonly Channel<ExecOutput> _outputs = Channel.CreateUnbounded<ExecOutput>(new() { SingleReader = true });
    private readonly SemaphoreSlim _room = new(0);
    private readonly CancellationTokenSource _closing = new();
    private IExecClient? _reference;
    private Task _alive = Task.CompletedTask;
    private long _number;
    private long _sent;
    private long _takenByCommand;
    private long _taken;
    private long _heard;

    private ExecChannel(IGrainFactory grains, string agentId, string id, TimeProvider time) => (_grains, _agentId, _id, _time, _heard) = (grains, agentId, id, time, time.GetTimestamp());

    /// <summary>Asks for the command. Whether it runs is told by what <see cref="ReadAllAsync"/> gives first.</summary>
    /// <param name="grains">Where grains are found.</param>
    /// <param name="agentId">The task's agent.</param>
    /// <param name="start">The command; its id is given here.</param>
    /// <param name="time">The clock.</param>
    public static async Task<ExecChannel> OpenAsync(IGrainFactory grains, string agentId, ExecStart start, TimeProvider time)
    {
        var channel = new ExecChannel(grains, agentId, Guid.NewGuid().ToString("N"), time);
        channel._reference = grains.CreateObjectReference<IExecClient>(channel);
        try
        {
            await channel.Agent.ExecAsync(start with { Id = channel._id }, channel._reference);
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }
        channel._alive = channel.KeepAliveAsync();
        return channel;
    }

    private IAgentGrain Agent => _grains.GetGrain<IAgentGrain>(_agentId);

    /// <summary>All that comes from the command, to its last frame. What was given counts as taken when the next is asked for.</summary>
    public async IAsyncEnumerable<ExecOutput> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        long told = 0;
        await foreach (var output in _outputs.Reader.ReadAllAsync(cancellation))
        {
            yield return output;
            if (output.IsLast)
                yield break;
            var taken = Interlocked.Add(ref _taken, output.Bytes.Length);
            if (taken - told < ExecStart.Window / 4)
                continue;
            told = taken;
            await SendAsync(new() { Id = _id });
        }
    }

    /// <summary>Bytes for its standard input; waits while it takes none.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, ExecStart.LargestFrame)..])
        {
            while (_sent - Interlocked.Read(ref _takenByCommand) >= ExecStart.Window)
                await _room.WaitAsync(cancellation);
            var part = bytes[..Math.Min(bytes.Length, ExecStart.LargestFrame)].ToArray();
            _sent += part.Length;
            await SendAsync(new() { Id = _id, Bytes = part });
        }
    }

    /// <summary>No more input will come.</summary>
    public Task EndInputAsync() => SendAsync(new() { Id = _id, End = true });

    /// <summary>The terminal has another size.</summary>
    public Task ResizeAsync(int columns, int rows) => SendAsync(new() { Id = _id, Columns = columns, Rows = rows });

    /// <summary>Sends it a signal, by the kernel's number.</summary>
    public Task SignalAsync(int signal) => SendAsync(new() { Id = _id, Signal = signal });

    /// <inheritdoc/>
    public Task ReceiveAsync(ExecOutput output)
    {
        lock (_gate)
        {
            foreach (var frame in output.Number < 0 ? [output] : _frames.Take(output.Number, output))
            {
                _heard = _time.GetTimestamp();
                if (frame.Taken > _takenByCommand)
                {
                    _takenByCommand = frame.Taken;
                    _room.Release();
                }
                if (frame.Bytes.Length > 0 || frame.Started || frame.IsLast)
                    _outputs.Writer.TryWrite(frame);
            }
        }
        return Task.CompletedTask;
    }

    /// <summary>Ends the command if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _alive.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await SendAsync(new() { Id = _id, Close = true });
        if (_reference is not null)
            _grains.DeleteObjectReference<IExecClient>(_reference);
        _closing.Dispose();
    }

    private async Task KeepAliveAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(ExecStart.KeepAliveSeconds), _time);
        while (await timer.WaitForNextTickAsync(_closing.Token))
        {
            if (_time.GetElapsedTime(Interlocked.Read(ref _heard)).TotalSeconds > ExecStart.SilenceSeconds)
                await ReceiveAsync(new() { Id = _id, Number = -1, Error = $"agent {_agentId}: nothing was heard of the command for {ExecStart.SilenceSeconds} s", Unreachable = true });
            await SendAsync(new() { Id = _id });
        }
    }

    private Task SendAsync(ExecInput input)
    {
        lock (_gate)
            input = input with { Number = _number++, Taken = Interlocked.Read(ref _taken) };
        return Agent.ExecInputAsync(input);
    }
}
