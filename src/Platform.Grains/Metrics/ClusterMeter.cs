using System.Diagnostics.Metrics;
using Platform.Core.Metrics;

namespace Platform.Grains.Metrics;

/// <summary>What a silo measures of the cluster. The meter is <c>Platform</c>.</summary>
/// <remarks>
/// Gauges of the cluster are told by the silo alone that <see cref="MetricsGrain"/> is on, at most 10 s old: nobody is asked for them.
/// The sum over all silos is right for everything.
/// </remarks>
public sealed class ClusterMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Platform";

    private readonly Counter<long> _events;
    private readonly Histogram<double> _rounds;
    private readonly Histogram<double> _waits;
    private volatile MetricsPoint? _point;

    /// <summary>Made once for each silo.</summary>
    public ClusterMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _events = meter.CreateCounter<long>("platform.events", "{event}", "Events by type, counted when they are stored.");
        _rounds = meter.CreateHistogram<double>("platform.allocator.round.duration", "s", "How long rounds of the allocator take.");
        _waits = meter.CreateHistogram<double>("platform.allocator.round.wait", "s", "How long rounds of the allocator are waited for from the first change that asks for one.");
        Gauge("platform.tasks", "{task}", "Tasks that hold resources.", point => [new(point.Tasks)]);
        Gauge("platform.tasks.waiting", "{task}", "Tasks that wait for a place.", point => [new(point.Waiting)]);
        Gauge("platform.agents", "{agent}", "Agents by whether they have a session.", point => [Of(point.Agents, "state", "connected"), Of(point.AgentsAway, "state", "away")]);
        Gauge("platform.cpus", "{cpu}", "Cpus that agents offer, that tasks hold, and that are in use.", point => Amounts(point.CpusTotal, point.CpusHeld, point.CpusUsed));
        Gauge("platform.memory", "MBy", "Memory that agents offer, that tasks hold, and that is in use.", point => Amounts(point.MemTotal, point.MemHeld, point.MemUsed));
        Gauge("platform.disk", "MBy", "Disk that agents offer and that tasks hold.", point => [Of(point.DiskTotal, "amount", "total"), Of(point.DiskHeld, "amount", "held")]);

        void Gauge(string name, string unit, string description, Func<MetricsPoint, IEnumerable<Measurement<double>>> read) =>
            meter.CreateObservableGauge(name, () => _point is { } point ? read(point) : [], unit, description);
    }

    /// <summary>The cluster as it was measured last; null: another silo tells it.</summary>
    internal void Tell(MetricsPoint? point) => _point = point;

    /// <summary>An event was stored.</summary>
    internal void Stored(string eventType) => _events.Add(1, new KeyValuePair<string, object?>("type", eventType));

    /// <summary>The allocator has decided: how long that took, and how long it was waited for; null: nobody waited.</summary>
    internal void Decided(TimeSpan took, TimeSpan? waited)
    {
        _rounds.Record(took.TotalSeconds);
        if (waited is { } time)
            _waits.Record(time.TotalSeconds);
    }

    private static IEnumerable<Measurement<double>> Amounts(double total, double held, double used) =>
        [Of(total, "amount", "total"), Of(held, "amount", "held"), Of(used, "amount", "used")];

    private static Measurement<double> Of(double value, string tag, string of) => new(value, new KeyValuePair<string, object?>(tag, of));
}
