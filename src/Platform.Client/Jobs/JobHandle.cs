using System.Globalization;
using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Jobs;

/// <summary>One job.</summary>
public sealed class JobHandle
{
    private readonly PlatformClient client;
    private readonly Wire wire;
    private readonly string path;

    internal JobHandle(PlatformClient client, Wire wire, string id)
    {
        this.client = client;
        this.wire = wire;
        Id = id;
        path = "/api/jobs/" + Uri.EscapeDataString(id);
    }

    /// <summary>Its name.</summary>
    public string Id { get; }

    /// <summary>The job with the runs that go on.</summary>
    public Task<Job> GetAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.Job, null, cancellationToken);

    /// <summary>The whole answer, as it is.</summary>
    public Task<JsonObject> GetJsonAsync(CancellationToken cancellationToken = default) => wire.SendAsync(HttpMethod.Get, path, ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>Puts a definition in the place of the old one, or adds the job.</summary>
    public Task<JsonObject> ReplaceAsync(JsonObject definition, CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Put, path, ClientJson.Default.JsonObject, definition, cancellationToken);

    /// <summary>Removes the job.</summary>
    /// <param name="stopRuns">Also while runs go on; they are ended.</param>
    /// <param name="freeChildren">Also while others follow; they follow it no more.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<JsonObject> RemoveAsync(bool stopRuns = false, bool freeChildren = false, CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Delete, path + Wire.Query(("stopRuns", Wire.Flag(stopRuns)), ("freeChildren", Wire.Flag(freeChildren))), ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>Starts a run now.</summary>
    /// <param name="arguments">Added to the command.</param>
    /// <param name="environment">Over that of the job.</param>
    /// <param name="at">It starts no earlier; null: now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<RunHandle> RunAsync(
        IReadOnlyCollection<string>? arguments = null, IReadOnlyDictionary<string, string>? environment = null, DateTimeOffset? at = null, CancellationToken cancellationToken = default)
    {
        var body = new JsonObject
        {
            ["args"] = new JsonArray([.. (arguments ?? []).Select(argument => (JsonNode)argument)]),
            ["env"] = new JsonObject((environment ?? new Dictionary<string, string>()).Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))),
        };
        if (at is { } instant)
            body["at"] = instant.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var run = await wire.SendAsync(HttpMethod.Post, path + "/runs", ClientJson.Default.Run, body, cancellationToken).ConfigureAwait(false);
        return new(client, wire, Id, run.Id);
    }

    /// <summary>Runs the due times of a window in the past, whatever has run before.</summary>
    /// <param name="from">The first instant that may be due.</param>
    /// <param name="until">The last one.</param>
    /// <param name="parallelism">How many runs of it go on at most.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<Backfill> BackfillAsync(DateTimeOffset from, DateTimeOffset until, int parallelism = 1, CancellationToken cancellationToken = default) =>
        wire.SendAsync(
            HttpMethod.Post, path + "/backfills", ClientJson.Default.Backfill,
            new JsonObject
            {
                ["from"] = from.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                ["until"] = until.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
                ["parallelism"] = parallelism,
            },
            cancellationToken);

    /// <summary>Backfills that go on, and the last ones that have ended, oldest first.</summary>
    public async Task<IReadOnlyList<Backfill>> ListBackfillsAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "/backfills", ClientJson.Default.BackfillList, null, cancellationToken).ConfigureAwait(false)).Backfills;

    /// <summary>Makes no more runs of a backfill, and ends those that go on.</summary>
    public async Task<IReadOnlyList<Backfill>> StopBackfillAsync(int number, CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Post, $"{path}/backfills/{number}/stop", ClientJson.Default.BackfillList, null, cancellationToken).ConfigureAwait(false)).Backfills;

    /// <summary>Makes a run that finds an object in its <c>PLATFORM_PAYLOAD</c>.</summary>
    /// <param name="payload">The object, at most 64 KB.</param>
    /// <param name="key">Of the same key there is one run, as long as it is kept; null: each call makes one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<RunHandle> DispatchAsync(JsonObject payload, string? key = null, CancellationToken cancellationToken = default)
    {
        var run = await wire.SendAsync(HttpMethod.Post, path + "/dispatch", ClientJson.Default.Run, payload, cancellationToken, key is null ? null : request => request.Headers.TryAddWithoutValidation(Wire.IdempotencyKey, key)).ConfigureAwait(false);
        return new(client, wire, Id, run.Id);
    }

    /// <summary>A handle of a run; nothing is asked yet.</summary>
    public RunHandle GetRun(string runId) => new(client, wire, Id, runId);

    /// <summary>Runs that are kept, newest first.</summary>
    public async Task<IReadOnlyList<Run>> ListRunsAsync(CancellationToken cancellationToken = default) =>
        (await wire.SendAsync(HttpMethod.Get, path + "/runs", ClientJson.Default.RunList, null, cancellationToken).ConfigureAwait(false)).Runs;

    /// <summary>Ends every run that goes on.</summary>
    public Task<JsonObject> StopAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Post, path + "/stop", ClientJson.Default.JsonObject, null, cancellationToken);

    /// <summary>Nothing is due until it is resumed.</summary>
    public Task<Job> PauseAsync(string note = "", CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Post, path + "/pause", ClientJson.Default.Job, new JsonObject { ["note"] = note }, cancellationToken);

    /// <summary>Is due again; what was due meanwhile is not made up for.</summary>
    public Task<Job> ResumeAsync(CancellationToken cancellationToken = default) =>
        wire.SendAsync(HttpMethod.Post, path + "/resume", ClientJson.Default.Job, null, cancellationToken);
}
