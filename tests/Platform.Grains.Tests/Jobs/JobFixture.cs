using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Jobs;
using Platform.Core.Jobs;
using Platform.Grains.Startup;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Jobs;

/// <summary>Jobs on a control plane with scripted agents.</summary>
internal sealed class JobFixture : IAsyncDisposable
{
    private JobFixture(AppFixture cluster) => Cluster = cluster;

    public AppFixture Cluster { get; }

    public IJobGraphGrain Graph => Cluster.Host.GetGrain<IJobGraphGrain>(0);

    public static async Task<JobFixture> StartAsync(int agents, Action<IServiceCollection>? services = null, Action<PlatformGrainsOptions>? configure = null) =>
        new(await AppFixture.StartAsync(agents, configure, services));

    public static JobSpec Spec(string id) => new() { Id = id, Task = new() { Command = new() { Shell = "true" }, Cpus = 0.1, Mem = 32 } };

    public IJobGrain Job(string id) => Cluster.Host.GetGrain<IJobGrain>(id);

    public IJobTimerGrain TimerOf(string id) => JobTimers.Of(Cluster.Host.GrainFactory, id);

    public async Task<IJobGrain> PutAsync(JobSpec spec)
    {
        (await Graph.PutAsync(spec, JobPut.AddOrReplace)).Outcome.ShouldBe(JobOutcome.Done);
        return Job(spec.Id);
    }

    public async Task<RunStatus> UntilAsync(string jobId, string runId, Func<RunStatus, bool> reached, string what)
    {
        RunStatus? status = null;
        await AppFixture.UntilAsync(async () => (status = await Job(jobId).GetRunAsync(runId)) is not null && reached(status), $"{jobId}: {what}");
        return status!;
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
