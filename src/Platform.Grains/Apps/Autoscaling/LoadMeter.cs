using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Tasks;

namespace Platform.Grains.Apps;

/// <summary>Measures the load that an app's autoscaling targets name: at its agents, and at its instances or those of another app.</summary>
internal sealed class LoadMeter(IGrainFactory grains, IMetricSource source, TimeProvider time)
{
    private const double BytesPerMegabyte = 1024 * 1024;

    // What the common client libraries call the number of requests served; the first that is exposed counts.
    private static readonly string[] RequestCounters =
    [
        "http_requests_total",
        "http_requests_received_total",
        "http_server_request_duration_seconds_count",
        "http_server_requests_seconds_count",
        "http_request_duration_seconds_count",
    ];

    private readonly CounterRates _rates = new();

    /// <summary>Measures once.</summary>
    /// <param name="targets">What to measure.</param>
    /// <param name="app">The app, with its instances.</param>
    /// <param name="current">How many instances it shall have now.</param>
    public async Task<IReadOnlyList<AutoscalingSample>> MeasureAsync(IEnumerable<AutoscalingTarget> targets, AppStatus app, int current)
    {
        var samples = new List<AutoscalingSample>();
        var round = new Round();
        foreach (var target in targets)
        {
            var measured = target.App is null || target.App == app.Target.Spec.Id ? app : await grains.GetGrain<IAppGrain>(target.App).ReadAsync();
            if (measured is null)
                continue;
            var running = measured.Instances.Where(IsServing).ToList();
            round.Seen.UnionWith(running.Select(instance => instance.TaskId));
            var values = target.Metric is "cpu" or "mem" ? await UsedAsync(target, measured, running, round) : await ExposedAsync(target, running, round);
            if (values.Count == 0)
                continue;
            // Another app's load is all there is of it, however many instances share it here.
            samples.Add(new(target.Name, values.Sum(), ReferenceEquals(measured, app) ? values.Count : current));
        }
        _rates.KeepOnly(round.Seen);
        return samples;
    }

    private static bool IsServing(InstanceStatus instance) =>
        instance is { State: TaskState.Running, Doomed: false } && instance.Healthy != false && instance.Ready != false;

    private async Task<List<double>> UsedAsync(AutoscalingTarget target, AppStatus app, List<InstanceStatus> running, Round round)
    {
        var spec = app.Target.Spec;
        var request = target.Metric == "cpu" ? spec.Cpus : spec.Mem;
        if (request <= 0)
            return [];
        var owner = TaskOwners.OfApp(spec.Id);
        // A pod's instance uses what its containers use together.
        var places = running.SelectMany(instance => instance.Containers.IsEmpty
                ? [KeyValuePair.Create(instance.TaskId, instance.TaskId)]
                : instance.Containers.Select(container => KeyValuePair.Create(container.TaskId, instance.TaskId)))
            .ToDictionary(StringComparer.Ordinal);
        var usages = await Task.WhenAll(running.Select(instance => instance.AgentId).Distinct(StringComparer.Ordinal).Select(agent => round.Usage(grains, agent, owner)));
        return usages.SelectMany(usage => usage).Where(usage => places.ContainsKey(usage.TaskId)).GroupBy(usage => places[usage.TaskId], StringComparer.Ordinal)
            .Select(place => place.Sum(usage => target.Metric == "cpu" ? usage.Cpus : usage.MemoryBytes / BytesPerMegabyte) / request).ToList();
    }

    private async Task<List<double>> ExposedAsync(AutoscalingTarget target, List<InstanceStatus> running, Round round)
    {
        var ports = running.Where(instance => instance.Ports.Count > target.PortIndex && instance.Ports[target.PortIndex] > 0).ToList();
        var texts = await Task.WhenAll(ports.Select(instance => round.Text(source, instance.Host, instance.Ports[target.PortIndex], target.Path)));
        var now = time.GetUtcNow();
        var values = new List<double>();
        for (var i = 0; i < ports.Count; i++)
        {
            if (texts[i] is not { } text || Find(text, target.Metric) is not { } found)
                continue;
            var value = found.Sum.IsCounter ? _rates.Next(ports[i].TaskId, $"{target.PortIndex}{target.Path} {found.Name} {target.Name}", found.Sum.Total, now) : found.Sum.Total;
            if (value is { } known)
                values.Add(known);
        }
        return values;
    }

    private static (string Name, PrometheusSum Sum)? Find(string text, string metric)
    {
        foreach (var name in metric == "requests" ? RequestCounters : [metric])
        {
            if (PrometheusText.Sum(text, name) is { } sum)
                return (name, sum);
        }
        return null;
    }

    /// <summary>What was read in one measurement; targets share it.</summary>
    private sealed class Round
    {
        private readonly Dictionary<(string Host, int Port, string Path), Task<string?>> _texts = [];
        private readonly Dictionary<(string Agent, string Owner), Task<IReadOnlyList<TaskUsage>>> _usages = [];

        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public Task<string?> Text(IMetricSource source, string host, int port, string path) =>
            _texts.TryGetValue((host, port, path), out var known) ? known : _texts[(host, port, path)] = source.ReadAsync(host, port, path);

        public Task<IReadOnlyList<TaskUsage>> Usage(IGrainFactory grains, string agent, string owner) =>
            _usages.TryGetValue((agent, owner), out var known) ? known : _usages[(agent, owner)] = UsageAsync(grains, agent, owner);

        // An agent that does not answer leaves its tasks unmeasured, as one out of reach does.
        private static async Task<IReadOnlyList<TaskUsage>> UsageAsync(IGrainFactory grains, string agent, string owner)
        {
            try
            {
                return await grains.GetGrain<IAgentGrain>(agent).GetUsageAsync(owner);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                return [];
            }
        }
    }
}
