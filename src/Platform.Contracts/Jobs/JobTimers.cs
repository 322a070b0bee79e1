using Platform.Core.Collections;

namespace Platform.Contracts.Jobs;

/// <summary>How jobs are spread over timers.</summary>
public static class JobTimers
{
    /// <summary>How many shards there are. Part of the stored form: another number loses due times.</summary>
    public const int Shards = 16;

    /// <summary>The shard of a job.</summary>
    public static int ShardOf(string jobId) => Core.Schedules.ScheduleParser.SeedOf(jobId) % Shards;

    /// <summary>The timer of a job.</summary>
    public static IJobTimerGrain Of(IGrainFactory grains, string jobId) => grains.GetGrain<IJobTimerGrain>(ShardOf(jobId));

    /// <summary>All jobs that go on.</summary>
    public static async Task<ValueList<string>> ListLiveAsync(IGrainFactory grains) =>
        (await Task.WhenAll(Enumerable.Range(0, Shards).Select(shard => grains.GetGrain<IJobTimerGrain>(shard).ListLiveAsync()))).SelectMany(ids => ids).ToValueList();
}
