using System.Text.Json.Nodes;
using Platform.Client.Jobs;

namespace Platform.Client;

public partial interface IPlatformClient
{
    /// <summary>A handle of a job; nothing is asked yet, the job need not exist.</summary>
    JobHandle GetJob(string id);

    /// <summary>All jobs with the runs that go on.</summary>
    Task<IReadOnlyList<Job>> ListJobsAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a new job.</summary>
    Task<JobHandle> CreateJobAsync(JsonObject definition, CancellationToken cancellationToken = default);
}
