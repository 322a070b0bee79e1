using System.Collections.Concurrent;
using Quartz;

namespace Platform.Benchmarks.Jobs;

/// <summary>Quartz.NET with as many triggers for one instant, in its in-memory store: what fires is forgotten when the process dies.</summary>
internal static class QuartzInstant
{
    private static readonly ConcurrentBag<double> Fired = [];
    private static DateTimeOffset _due;

    internal static async Task<double[]> MeasureAsync(int jobs)
    {
        var scheduler = await QuartzSchedulerBuilder.Create(quartz => quartz.UseInMemoryStore().UseDefaultThreadPool(pool => pool.MaxConcurrency = 64)).BuildScheduler();
        await scheduler.Start();
        _due = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 5 + (jobs / 2000));
        for (var i = 0; i < jobs; i++)
        {
            await scheduler.ScheduleJob(
                JobBuilder.Create<Fire>().WithIdentity($"job-{i}").Build(),
                TriggerBuilder.Create().WithIdentity($"trigger-{i}").StartAt(_due).Build());
        }
        while (Fired.Count < jobs && DateTimeOffset.UtcNow < _due.AddMinutes(2))
            await Task.Delay(50);
        await scheduler.Shutdown();
        return [.. Fired];
    }

    private sealed class Fire : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            Fired.Add((DateTimeOffset.UtcNow - _due).TotalMilliseconds);
            return ValueTask.CompletedTask;
        }
    }
}
