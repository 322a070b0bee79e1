using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Platform.Client.Deployments;
using Platform.Client.Events;
using Platform.Client.Http;

namespace Platform.Client.Apps;

/// <summary>One app.</summary>
public sealed class AppHandle
{
    // Of an app with many instances not each event is worth a look.
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(100);

    private readonly PlatformClient client;
    private readonly Wire wire;
    private readonly string path;

    internal AppHandle(PlatformClient client, Wire wire, string id)
    {
        this.client = client;
        this.wire = wire;
        Id = "/" + id.Trim('/');
        path = Wire.PathOf("/v2/apps", Id);
    }

    /// <summary>The absolute path.</summary>
    public string Id { get; }

    // What put it there, if this handle did.
    internal DeploymentHandle? Submitted { get; set; }

    /// <summary>Done when nothing of the app is under way any more and all its instances run, and pass their checks if it has any.</summary>
    /// <remarks>Woken by events, not by polling; it goes on across restarts of the control plane. A suspended app is healthy.</remarks>
    /// <returns>The app as it is then.</returns>
    /// <exception cref="PlatformException">The deployment that put it there was given up (<see cref="PlatformError.Conflict"/>), or there is no such app.</exception>
    public async Task<App> WaitUntilHealthyAsync(CancellationToken cancellationToken = default)
    {
        if (Submitted is { } submitted && await submitted.WaitAsync(cancellationToken).ConfigureAwait(false) is { Succeeded: false } outcome)
            throw new PlatformException(PlatformError.Conflict, $"{Id} was not deployed: {outcome.Reason ?? "another change took its place"}");
        App? healthy = null;
        using var found = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            // The first look is when the stream is open, so that no change is missed between the two.
            var options = new EventOptions { Types = ["deployment_success", "deployment_failed", "status_update_event", "instance_health_changed_event"], Resume = true, Opened = LookAsync };
            await foreach (var one in client.Events.FollowAsync(options, found.Token).ConfigureAwait(false))
            {
                if (one.Content.TryGetProperty("appId", out var id) && id.GetString() != Id)
                    continue;
                await LookAsync().ConfigureAwait(false);
                await Task.Delay(LookPause, client.Time, found.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (healthy is not null)
        {
        }

        return healthy ?? await GetAsync(cancellationToken).ConfigureAwait(false);

        async Task LookAsync()
        {
            if (await GetAsync("?embed=app.counts&embed=app.deployments", cancellationToken).ConfigureAwait(false) is { IsHealthy: true })
            {
                healthy = await GetAsync(cancellationToken).ConfigureAwait(false);
                await found.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>The app with its instances, counts, running deployments and last failure.</summary>
    public Task<App> GetAsync(CancellationToken cancellationToken = default) =>
        GetAsync("?embed=app.tasks&embed=app.counts&embed=app.deployments&embed=app.lastTaskFailure", cancellationToken);

    /// <summary>The whole answer of <c>GET /v2/apps/{id}</c>'s <c>app</c>, as it is.</summary>
    public async Task<JsonObject> GetJsonAsync(CancellationToken cancellationToken = default)
    {
        var answer = await wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.JsonObject, null, cancellationToken).ConfigureAwait(false);
        return answer["app"]?.DeepClone() as JsonObject ?? throw new PlatformException(PlatformError.Refused, $"the answer for {Id} has no app");
    }

    /// <summary>Changes the fields that are given and keeps the others.</summary>
    public Task<DeploymentHandle> UpdateAsync(JsonObject fields, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Patch, path + PlatformClient.ForceOf(options), fields, cancellationToken);

    /// <summary>Puts a whole definition in the place of the old one, or creates the app.</summary>
    public Task<DeploymentHandle> ReplaceAsync(JsonObject definition, ChangeOptions? options = null, CancellationToken cancellationToken = default)
    {
        var query = Wire.Query(("force", Wire.Flag(options?.Force ?? false)), ("partialUpdate", "false"));
        return client.ChangeAsync(HttpMethod.Put, path + query, definition, cancellationToken);
    }

    /// <summary>Sets the number of instances; 0 suspends the app.</summary>
    public Task<DeploymentHandle> ScaleAsync(int instances, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        UpdateAsync(new JsonObject { ["instances"] = instances }, options, cancellationToken);

    /// <summary>Leads back to an older version of the definition.</summary>
    public Task<DeploymentHandle> RollbackAsync(string version, ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Put, path + PlatformClient.ForceOf(options), new JsonObject { ["version"] = version }, cancellationToken);

    /// <summary>Replaces all instances as the upgrade strategy says.</summary>
    public Task<DeploymentHandle> RestartAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Post, path + "/restart" + PlatformClient.ForceOf(options), null, cancellationToken);

    /// <summary>Goes on with a canary rollout that waits for it. An unhealthy canary is refused (<see cref="PlatformError.Conflict"/>) unless forced.</summary>
    public Task<DeploymentHandle> PromoteAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Post, path + "/promote" + PlatformClient.ForceOf(options), null, cancellationToken);

    /// <summary>Ends all instances and forgets the app.</summary>
    public Task<DeploymentHandle> RemoveAsync(ChangeOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ChangeAsync(HttpMethod.Delete, path + Wire.Query(("force", options?.Force ?? false ? "true" : "false")), null, cancellationToken);

    /// <summary>Its instances.</summary>
    public async Task<IReadOnlyList<AppTask>> ListTasksAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "/tasks", ClientJson.Default.TaskList, null, cancellationToken).ConfigureAwait(false)).Tasks;

    /// <summary>The versions of its definition that are kept, newest first.</summary>
    public async Task<IReadOnlyList<string>> ListVersionsAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "/versions", ClientJson.Default.VersionList, null, cancellationToken).ConfigureAwait(false)).Versions;

    /// <summary>How its last instances ended that nobody asked to end, newest first.</summary>
    public async Task<IReadOnlyList<AppTaskFailure>> ListFailuresAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "/failures", ClientJson.Default.FailureList, null, cancellationToken).ConfigureAwait(false)).Failures;

    /// <summary>How the last instance ended that nobody asked to end; null: none did.</summary>
    public async Task<AppTaskFailure?> GetLastFailureAsync(CancellationToken cancellationToken = default) =>
        await ListFailuresAsync(cancellationToken).ConfigureAwait(false) is [var last, ..] ? last : null;

    /// <summary>Kills all its instances.</summary>
    public Task<KillResult> KillAllAsync(KillOptions? options = null, CancellationToken cancellationToken = default) =>
        client.KillAsync(HttpMethod.Delete, path + "/tasks", null, options, cancellationToken);

    /// <summary>Forgets the delay after failures, so that the next launch happens at once.</summary>
    public async Task ResetDelayAsync(CancellationToken cancellationToken = default)
    {
        using var _ = await wire.SendAsync(HttpMethod.Delete, Wire.PathOf("/v2/queue", Id) + "/delay", null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What of it waits to be started and why, an entry of <c>GET /v2/queue</c>; null: nothing waits.</summary>
    public async Task<JsonObject?> GetQueueAsync(CancellationToken cancellationToken = default)
    {
        var queue = await client.Apps.ListQueueAsync(cancellationToken).ConfigureAwait(false);
        return queue.FirstOrDefault(entry => entry["app"]?["id"]?.GetValue<string>() == Id);
    }

    /// <summary>What all instances that it has now write, line by line as they come, see <see cref="LogsAsync(AppTask, LogOptions?, CancellationToken)"/>.</summary>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<string> LogsAsync(LogOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lines = Channel.CreateBounded<string>(1024);
        var readers = Task.WhenAll((await ListTasksAsync(cancellationToken).ConfigureAwait(false)).Select(ReadAsync));
        _ = readers.ContinueWith(all => lines.Writer.TryComplete(all.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return line;
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await readers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task ReadAsync(AppTask task)
        {
            await foreach (var line in LogsAsync(task, options, end.Token).ConfigureAwait(false))
                await lines.Writer.WriteAsync(line, end.Token).ConfigureAwait(false);
        }
    }

    /// <summary>What one of its instances writes, line by line and as UTF-8, without the ends of the lines. A line of more than 1 Mi characters comes in pieces.</summary>
    /// <param name="task">The instance.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<string> LogsAsync(AppTask task, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.LinesAsync(ReadLogAsync(task, options, cancellationToken), cancellationToken);

    /// <summary>What one of its instances writes to standard output or standard error.</summary>
    /// <param name="task">The instance.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(AppTask task, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        ReadLogAsync(task.SlaveId, task.Id, options, cancellationToken);

    /// <summary>What a task wrote, also one that has ended, as long as its agent keeps it.</summary>
    /// <param name="agentId">The agent, its id or name.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="options">Which stream, from where, and whether to go on with what comes.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLogAsync(string agentId, string taskId, LogOptions? options = null, CancellationToken cancellationToken = default) =>
        AppLog.ReadAsync(client.Agents.Get(agentId), taskId, options ?? new LogOptions(), cancellationToken);

    private async Task<App> GetAsync(string query, CancellationToken cancellationToken) =>
        (await wire.SendAsync(HttpMethod.Get, path + query, ClientJson.Default.AppEnvelope, null, cancellationToken).ConfigureAwait(false)).App
            ?? throw new PlatformException(PlatformError.Refused, $"the answer for {Id} has no app");
}
