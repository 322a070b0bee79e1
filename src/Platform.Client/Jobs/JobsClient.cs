using System.Text.Json.Nodes;
using Platform.Client.Http;

namespace Platform.Client.Jobs;

/// <summary>The jobs of a control plane: <see cref="IPlatformClient.Jobs"/>.</summary>
public sealed class JobsClient
{
    private readonly PlatformClient client;
    private readonly Wire wire;

    internal JobsClient(PlatformClient client, Wire wire) => (this.client, this.wire) = (client, wire);

    /// <summary>A handle of a job; nothing is asked yet, the job need not exist.</summary>
    public JobHandle Get(string id) => new(client, wire, id);

    /// <summary>All jobs with the runs that go on.</summary>
    public async Task<IReadOnlyList<Job>> ListAsync(CancellationToken cancellationToken = default)
    {
        var all = new List<Job>();
        string? after = null;
        do
        {
            var page = await wire.SendAsync(HttpMethod.Get, "/api/jobs" + Wire.Query(("after", after)), ClientJson.Default.JobList, null, cancellationToken).ConfigureAwait(false);
            all.AddRange(page.Jobs);
            after = page.After;
        }
        while (after is not null);
        return all;
    }

    /// <summary>Adds a new job.</summary>
    public async Task<JobHandle> CreateAsync(JsonObject definition, CancellationToken cancellationToken = default)
    {
        var created = await wire.SendAsync(HttpMethod.Post, "/api/jobs", ClientJson.Default.JsonObject, definition, cancellationToken).ConfigureAwait(false);
        return Get((string)created["id"]!);
    }
}
