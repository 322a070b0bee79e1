using System.Threading.Channels;
using Google.Protobuf;
using Platform.Contracts.Agents;
using ProcessIO = Platform.Mesos.Wire.Agent.ProcessIO;
using Stream = Platform.Mesos.Wire.Agent.ProcessIO.Types.Data.Types.Type;

namespace Platform.Api.Mesos.Agents;

/// <summary>What a task writes from now on, as its sandbox has it in <c>stdout</c> and <c>stderr</c>, also across rotations.</summary>
internal sealed class TaskOutput
{
    private const int Part = 64 * 1024;
    private const double WaitSeconds = 10;

    private readonly IAgentGrain _agent;
    private readonly List<(Stream Stream, FileRequest Next)> _files = [];

    private TaskOutput(IAgentGrain agent) => _agent = agent;

    /// <summary>Notes where the files end now.</summary>
    /// <param name="agent">The task's agent.</param>
    /// <param name="sandbox">The cluster's name of the task that has the sandbox.</param>
    /// <exception cref="IOException">The agent cannot be asked.</exception>
    public static async Task<TaskOutput> BeginAsync(IAgentGrain agent, string sandbox)
    {
        var output = new TaskOutput(agent);
        foreach (var (stream, name) in ((Stream, string)[])[(Stream.Stdout, "stdout"), (Stream.Stderr, "stderr")])
        {
            var request = new FileRequest { TaskId = sandbox, Path = name, Offset = -1, Length = 0, Rotation = "" };
            var end = await agent.ReadFileAsync(request);
            if (end.Unreachable)
                throw new IOException(end.Error);
            // One that is not there yet is read from its beginning; with a terminal there is no stderr.
            output._files.Add((stream, request with { Offset = end.Error is null ? end.Size : 0, Rotation = end.Rotation ?? "", Length = Part, WaitSeconds = WaitSeconds }));
        }
        return output;
    }

    /// <summary>All that comes, until the task has ended.</summary>
    /// <exception cref="IOException">The agent cannot be asked any more.</exception>
    public async IAsyncEnumerable<ProcessIO> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Who attaches takes each part before the next is read.
        var parts = Channel.CreateBounded<ProcessIO>(1);
        var reading = Task.WhenAll(_files.Select(file => FollowAsync(file.Stream, file.Next, parts.Writer, stop.Token)));
        _ = reading.ContinueWith(all => parts.Writer.TryComplete(all.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            await foreach (var part in parts.Reader.ReadAllAsync(cancellation))
                yield return part;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private async Task FollowAsync(Stream stream, FileRequest request, ChannelWriter<ProcessIO> parts, CancellationToken cancellation)
    {
        while (true)
        {
            var chunk = await _agent.ReadFileAsync(request).WaitAsync(cancellation);
            if (chunk.Unreachable)
                throw new IOException(chunk.Error);
            // The task has ended without ever making the file.
            if (chunk.Error is not null)
                return;
            if (chunk.Bytes.Length > 0)
                await parts.WriteAsync(new() { Type = ProcessIO.Types.Type.Data, Data = new() { Type = stream, Data_ = ByteString.CopyFrom(chunk.Bytes) } }, cancellation);
            if (chunk.Ended && !chunk.More)
                return;
            request = request with { Offset = chunk.Offset + chunk.Bytes.Length, Rotation = chunk.Rotation ?? "" };
        }
    }
}
