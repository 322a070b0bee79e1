using System.Text.Json.Nodes;
using Platform.Client.Http;
using Platform.Client.Jobs;

namespace Platform.Client;

public sealed partial class PlatformClient
{
    /// <inheritdoc/>
    public JobHandle GetJob(string id) => new(this, wire, id);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Job>> ListJobsAsync(CancellationToken cancellationToken = default)
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

    /// <inheritdoc/>
    public async Task<JobHandle> CreateJobAsync(JsonObject definition, CancellationToken cancellationToken = default)
    {
        var created = await wire.SendAsync(HttpMethod.Post, "/api/jobs", ClientJson.Default.JsonObject, definition, cancellationToken).ConfigureAwait(false);
        return GetJob((string)created["id"]!);
    }
}
