namespace Platform.Core.Metrics;

/// <summary>The cluster at one instant, or its averages over a while. Memory and disk are in MB.</summary>
[GenerateSerializer, Immutable, Alias("Platform.MetricsPoint")]
public sealed record MetricsPoint
{
    /// <summary>When it was measured; of an average: when its while began.</summary>
    [Id(0)] public DateTimeOffset At { get; init; }

    /// <summary>Cpus that agents offer.</summary>
    [Id(1)] public double CpusTotal { get; init; }

    /// <summary>Cpus that tasks hold.</summary>
    [Id(2)] public double CpusHeld { get; init; }

    /// <summary>Cpus in use on the agents' machines.</summary>
    [Id(3)] public double CpusUsed { get; init; }

    /// <summary>Memory that agents offer.</summary>
    [Id(4)] public double MemTotal { get; init; }

    /// <summary>Memory that tasks hold.</summary>
    [Id(5)] public double MemHeld { get; init; }

    /// <summary>Memory in use on the agents' machines.</summary>
    [Id(6)] public double MemUsed { get; init; }

    /// <summary>Disk that agents offer.</summary>
    [Id(7)] public double DiskTotal { get; init; }

    /// <summary>Disk that tasks hold.</summary>
    [Id(8)] public double DiskHeld { get; init; }

    /// <summary>Tasks that hold resources.</summary>
    [Id(9)] public double Tasks { get; init; }

    /// <summary>Tasks that wait for a place.</summary>
    [Id(10)] public double Waiting { get; init; }

    /// <summary>Agents with a session.</summary>
    [Id(11)] public double Agents { get; init; }

    /// <summary>Agents that are known and have none.</summary>
    [Id(12)] public double AgentsAway { get; init; }

    /// <summary>The averages of points, of which there is at least one.</summary>
    /// <param name="at">When their while began.</param>
    /// <param name="points">The points.</param>
    public static MetricsPoint Average(DateTimeOffset at, IReadOnlyCollection<MetricsPoint> points) => new()
    {
        At = at,
        CpusTotal = points.Average(point => point.CpusTotal),
        CpusHeld = points.Average(point => point.CpusHeld),
        CpusUsed = points.Average(point => point.CpusUsed),
        MemTotal = points.Average(point => point.MemTotal),
        MemHeld = points.Average(point => point.MemHeld),
        MemUsed = points.Average(point => point.MemUsed),
        DiskTotal = points.Average(point => point.DiskTotal),
        DiskHeld = points.Average(point => point.DiskHeld),
        Tasks = points.Average(point => point.Tasks),
        Waiting = points.Average(point => point.Waiting),
        Agents = points.Average(point => point.Agents),
        AgentsAway = points.Average(point => point.AgentsAway),
    };
}
