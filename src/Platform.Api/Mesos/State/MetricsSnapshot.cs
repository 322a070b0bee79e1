using Microsoft.AspNetCore.Http;
using Platform.Api.Mesos.Scheduler;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Metrics;
using Platform.Core.Tasks;

namespace Platform.Api.Mesos.State;

/// <summary><c>/metrics/snapshot</c>: a flat object of numbers under the names that dashboards and exporters know.</summary>
internal sealed class MetricsSnapshot(PictureReader reader, IGrainFactory grains, MasterIdentity master, CallCounts calls, TimeProvider time)
{
    private static readonly (string Name, TaskState State)[] Tasks =
    [
        ("staging", TaskState.Staging), ("starting", TaskState.Starting), ("running", TaskState.Running), ("killing", TaskState.Killing),
        ("finished", TaskState.Finished), ("failed", TaskState.Failed), ("killed", TaskState.Killed), ("lost", TaskState.Lost), ("error", TaskState.Error),
        ("unreachable", TaskState.Unreachable), ("dropped", TaskState.Dropped), ("gone", TaskState.Gone), ("gone_by_operator", TaskState.GoneByOperator),
    ];

    public async Task ServeAsync(HttpContext http)
    {
        var metrics = await MeasureAsync();
        await JsonpAnswer.WriteAsync(http, writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metrics)
                writer.WriteNumber(name, value);
            writer.WriteEndObject();
        });
    }

    public async Task<SortedDictionary<string, double>> MeasureAsync()
    {
        var picture = await reader.ReadAsync();
        var allocator = await grains.GetGrain<IAllocatorGrain>(0).GetStatusAsync();
        var frameworks = picture.Frameworks.Where(framework => framework.RemovedAt is null).ToList();
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["master/uptime_secs"] = (time.GetUtcNow() - master.StartedAt).TotalSeconds,
            ["master/elected"] = 1,
            ["registrar/log/recovered"] = 1,
            ["master/slaves_active"] = Count(picture, agent => agent.IsActive),
            ["master/slaves_inactive"] = Count(picture, agent => agent.IsRegistered && !agent.IsActive),
            ["master/slaves_connected"] = Count(picture, agent => agent.IsRegistered && agent.Status.Condition != AgentCondition.Recovering),
            ["master/slaves_disconnected"] = Count(picture, agent => agent.Status.Condition == AgentCondition.Recovering),
            ["master/slaves_unreachable"] = Count(picture, agent => agent.Status.Condition == AgentCondition.Unreachable),
            ["master/slave_registrations"] = picture.Agents.Count,
            ["master/slave_removals"] = Count(picture, agent => agent.Status.Condition == AgentCondition.Gone),
            ["master/frameworks_active"] = frameworks.Count(framework => framework.IsConnected),
            ["master/frameworks_inactive"] = frameworks.Count(framework => !framework.IsConnected),
            ["master/frameworks_connected"] = frameworks.Count(framework => framework.IsConnected),
            ["master/frameworks_disconnected"] = frameworks.Count(framework => !framework.IsConnected),
            ["master/outstanding_offers"] = frameworks.Sum(framework => framework.Offers.Count),
            // Nothing waits in a queue of a process here; exporters expect the names.
            ["master/event_queue_messages"] = 0,
            ["master/event_queue_dispatches"] = 0,
            ["master/event_queue_http_requests"] = 0,
            ["master/dropped_messages"] = 0,
            ["system/cpus_total"] = Environment.ProcessorCount,
            ["system/mem_total_bytes"] = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        };
        AddTasks(metrics, picture);
        AddResources(metrics, picture);
        AddLoad(metrics);
        foreach (var (name, count) in calls.All())
            metrics[name] = count;
        foreach (var role in allocator.Roles)
        {
            metrics[$"allocator/mesos/roles/{role.Role}/shares/dominant"] = role.DominantShare;
            foreach (var (name, milli) in role.Quota.Guarantees.Entries())
                metrics[$"allocator/mesos/quota/roles/{role.Role}/resources/{name}/guarantee"] = milli / 1000d;
            foreach (var (name, milli) in role.Quota.Limits.Bounds)
                metrics[$"allocator/mesos/quota/roles/{role.Role}/resources/{name}/limit"] = milli / 1000d;
        }
        metrics["allocator/mesos/allocation_runs"] = allocator.Rounds;
        AddTimes(metrics, "allocator/mesos/allocation_run", allocator.RoundTimes);
        AddTimes(metrics, "allocator/mesos/allocation_run_latency", allocator.RoundWaits);
        foreach (var (name, milli) in allocator.Total.Entries())
        {
            metrics[$"allocator/mesos/resources/{name}/total"] = milli / 1000d;
            metrics[$"allocator/mesos/resources/{name}/offered_or_allocated"] = allocator.Held.Get(name) / 1000d;
        }
        return metrics;
    }

    private static int Count(ClusterPicture picture, Func<PictureAgent, bool> test) => picture.Agents.Count(test);

    // Of one alone nothing is told but itself, as by Mesos.
    private static void AddTimes(SortedDictionary<string, double> metrics, string name, TimingSummary? times)
    {
        if (times is null)
            return;
        metrics[$"{name}_ms"] = times.Last;
        if (times.Count < 2)
            return;
        foreach (var (part, value) in ((string, double)[])
                 [
                     ("count", times.Count), ("min", times.Min), ("max", times.Max), ("p50", times.P50), ("p90", times.P90), ("p95", times.P95), ("p99", times.P99), ("p999", times.P999), ("p9999", times.P9999),
                 ])
            metrics[$"{name}_ms/{part}"] = value;
    }

    private static void AddTasks(SortedDictionary<string, double> metrics, ClusterPicture picture)
    {
        var counts = picture.Tasks.CountBy(task => task.State).ToDictionary();
        foreach (var (name, state) in Tasks)
            metrics["master/tasks_" + name] = counts.GetValueOrDefault(state);
    }

    private static void AddResources(SortedDictionary<string, double> metrics, ClusterPicture picture)
    {
        var total = Sum(picture, agent => agent.Total.NonRevocable());
        var used = Sum(picture, agent => agent.Used.NonRevocable());
        var revocableTotal = Sum(picture, agent => agent.Total.RevocableOnly());
        var revocableUsed = Sum(picture, agent => agent.Used.RevocableOnly());
        foreach (var name in (string[])[ResourceNames.Cpus, ResourceNames.Mem, ResourceNames.Disk, ResourceNames.Gpus])
        {
            Add(name, total.Get(name), used.Get(name));
            Add(name + "_revocable", revocableTotal.Get(name), revocableUsed.Get(name));
        }

        void Add(string name, long all, long taken)
        {
            metrics[$"master/{name}_total"] = all / 1000d;
            metrics[$"master/{name}_used"] = taken / 1000d;
            metrics[$"master/{name}_percent"] = all == 0 ? 0 : (double)taken / all;
        }
    }

    private static ResourceQuantities Sum(ClusterPicture picture, Func<PictureAgent, Resources> part) =>
        picture.Agents.Where(agent => agent.IsRegistered).Aggregate(ResourceQuantities.Empty, (sum, agent) => sum + part(agent).Quantities);

    private static void AddLoad(SortedDictionary<string, double> metrics)
    {
        if (!File.Exists("/proc/loadavg"))
            return;
        var loads = File.ReadAllText("/proc/loadavg").Split(' ');
        foreach (var (name, i) in (ReadOnlySpan<(string, int)>)[("1min", 0), ("5min", 1), ("15min", 2)])
        {
            if (double.TryParse(loads[i], System.Globalization.CultureInfo.InvariantCulture, out var load))
                metrics["system/load_" + name] = load;
        }
    }
}
