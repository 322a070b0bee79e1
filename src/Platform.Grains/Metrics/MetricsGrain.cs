using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Directory;
using Platform.Contracts.Metrics;
using Platform.Core.Collections;
using Platform.Core.Metrics;

namespace Platform.Grains.Metrics;

/// <summary>Measures the cluster every 10 s and keeps the history. What was measured is stored once a minute, so that a crash loses at most that.</summary>
[KeepAlive, GrainType("metrics")]
public sealed partial class MetricsGrain(
    [PersistentItems("points", "platform")] IPersistentItems<MetricsPoint> points, ClusterMeter meter, TimeProvider time, ILogger<MetricsGrain> logger) : Grain, IMetricsGrain
{
    /// <summary>So many agents are asked at once.</summary>
    private const int AtOnce = 128;

    private readonly MetricsHistory _history = new();
    private DateTimeOffset _stored;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, point) in points.Items)
        {
            if (key.Split(':') is [var span, var slot] && Enum.TryParse<MetricsSpan>(span, out var found) && int.TryParse(slot, out var place))
                _history.Restore(new(found, place, point));
        }

        var step = MetricsHistory.StepOf(MetricsSpan.Hour);
        this.RegisterGrainTimer(MeasureAsync, new GrainTimerCreationOptions(TimeSpan.Zero, step) { Interleave = true });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        meter.Tell(null);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<ValueList<MetricsPoint>> ReadAsync(MetricsSpan span) => Task.FromResult(_history.Read(span, time.GetUtcNow()).ToValueList());

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        try
        {
            var point = await ReadClusterAsync();
            meter.Tell(point);
            foreach (var stored in _history.Add(point))
                points.Set(stored.Key, stored.Point);
            if (point.At - _stored < MetricsHistory.StepOf(MetricsSpan.Day))
                return;
            _stored = point.At;
            await points.WriteAsync();
        }
        catch (Exception failure)
        {
            // The next measurement is soon; a gap shows as a gap.
            LogMissed(logger, failure);
        }
    }

    private async Task<MetricsPoint> ReadClusterAsync()
    {
        var cluster = await GrainFactory.GetGrain<IAllocatorGrain>(0).GetStatusAsync();
        var ids = await GrainFactory.ListAsync(DirectoryKinds.Agents, time: time);
        double cpus = 0, mem = 0;
        int present = 0, away = 0;
        foreach (var chunk in ids.AsEnumerable().Chunk(AtOnce))
        {
            foreach (var agent in await Task.WhenAll(chunk.Select(id => GrainFactory.GetGrain<IAgentGrain>(id).GetStatusAsync())))
            {
                if (agent is null)
                    continue;
                var isPresent = agent.Condition is AgentCondition.Active or AgentCondition.Draining or AgentCondition.Drained or AgentCondition.Deactivated;
                present += isPresent ? 1 : 0;
                away += isPresent ? 0 : 1;
                cpus += isPresent ? agent.Usage?.Cpus ?? 0 : 0;
                mem += isPresent ? (agent.Usage?.MemoryBytes ?? 0) / 1048576d : 0;
            }
        }

        return new()
        {
            At = time.GetUtcNow(),
            CpusTotal = Plain(cluster.Total.Cpus),
            CpusHeld = Plain(cluster.Held.Cpus),
            CpusUsed = cpus,
            MemTotal = Plain(cluster.Total.Mem),
            MemHeld = Plain(cluster.Held.Mem),
            MemUsed = mem,
            DiskTotal = Plain(cluster.Total.Disk),
            DiskHeld = Plain(cluster.Held.Disk),
            Tasks = cluster.Tasks,
            Waiting = cluster.Waiting,
            Agents = present,
            AgentsAway = away,
        };
    }

    private static double Plain(long milli) => milli / 1000d;

    [LoggerMessage(LogLevel.Debug, "The cluster could not be measured this time")]
    private static partial void LogMissed(ILogger logger, Exception failure);
}
