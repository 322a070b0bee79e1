using Platform.Client.Apps;
using Platform.Client.Http;

namespace Platform.Client.Jobs;

/// <summary>One run of a job.</summary>
public sealed class RunHandle
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(250);

    private readonly PlatformClient client;
    private readonly Wire wire;
    private readonly string path;

    internal RunHandle(PlatformClient client, Wire wire, string jobId, string id)
    {
        this.client = client;
        this.wire = wire;
        (JobId, Id) = (jobId, id);
        path = $"/api/jobs/{Uri.EscapeDataString(jobId)}/runs/{Uri.EscapeDataString(id)}";
    }

    /// <summary>The job.</summary>
    public string JobId { get; }

    /// <summary>The run.</summary>
    public string Id { get; }

    /// <summary>The run as it is.</summary>
    public Task<Run> GetAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.Run, null, cancellationToken);

    /// <summary>Ends it.</summary>
    public Task<Run> StopAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Post, path + "/stop", ClientJson.Default.Run, null, cancellationToken);

    /// <summary>Runs it again, with what its job is now; what hangs on it is run again too.</summary>
    public async Task<RunHandle> RerunAsync(CancellationToken cancellationToken = default)
    {
        var again = await wire.SendAsync(HttpMethod.Post, path + "/rerun", ClientJson.Default.Run, null, cancellationToken).ConfigureAwait(false);
        return new(client, wire, JobId, again.Id);
    }

    /// <summary>The whole graph that it is part of, shown as one run.</summary>
    public Task<RunGraph> GetGraphAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Get, path + "/graph", ClientJson.Default.RunGraph, null, cancellationToken);

    /// <summary>What one of its tasks writes, line by line and as UTF-8, without the ends of the lines. A line of more than 1 Mi characters comes in pieces.</summary>
    /// <param name="task">A task that has a place.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<string> LogsAsync(RunTask task, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.LinesAsync(ReadLogAsync(task, options, cancellationToken), cancellationToken);

    /// <summary>What one of its tasks writes to standard output or standard error.</summary>
    /// <param name="task">A task that has a place.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(RunTask task, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.ReadAsync(client.Agents.Get(task.AgentId!), task.Id, options ?? new LogOptions(), cancellationToken);

    /// <summary>Waits for its end; a control plane that is away for a while is waited for.</summary>
    public async Task<Run> WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                var run = await GetAsync(cancellationToken).ConfigureAwait(false);
                if (run.Ended)
                    return run;
            }
            catch (PlatformException away) when (away.Error == PlatformError.Unavailable)
            {
                // It is asked again.
            }
            await Task.Delay(AskAgain, wire.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
