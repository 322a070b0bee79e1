using System.Collections.Immutable;
using Platform.Core.Placement;

namespace Platform.Core.Tests.Placement;

/// <summary>Builds pools for tests: agents of 4 cores, 4,096 MB and 10 ports unless told otherwise.</summary>
internal sealed class PoolBuilder
{
    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    private int tasks;

    public PlacementPool Pool { get; init; } = new();

    public static PoolAgent Agent(string id, string attributes = "", decimal cpus = 4, decimal mem = 4_096, decimal disk = 0, decimal gpus = 0) => new()
    {
        Id = id,
        Hostname = id,
        Attributes = Attributes(attributes),
        Unreserved = ScalarAmounts.Of(cpus, mem, disk, gpus),
        Ports = [new PortRange(31_000, 31_009)],
    };

    /// <summary>Attributes as an agent's command line has them: <c>rack:a;level:1.0</c>.</summary>
    public static ImmutableSortedDictionary<string, string> Attributes(string written) => written
        .Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split(':', 2))
        .ToImmutableSortedDictionary(pair => pair[0], pair => AttributeText.Normalize(pair[1]));

    public PoolBuilder With(params ReadOnlySpan<PoolAgent> agents)
    {
        foreach (var agent in agents) Pool.SetAgent(agent);
        return this;
    }

    public PoolBuilder WithAgents(int count, string attributes = "")
    {
        for (var i = 1; i <= count; i++) Pool.SetAgent(Agent($"a{i}", attributes));
        return this;
    }

    /// <summary>A task that runs already.</summary>
    public PoolBuilder Running(string agent, string owner = "app:/web", decimal cpus = 0, int priority = 50, int startedMinutesAgo = 60, string? id = null, string role = "*", bool revocable = false, params int[] ports)
    {
        Pool.AddTask(new PoolTask
        {
            Id = id ?? $"running-{++tasks}",
            AgentId = agent,
            Owner = owner,
            Priority = priority,
            Role = role,
            Revocable = revocable,
            Started = Now.AddMinutes(-startedMinutesAgo),
            Scalars = ScalarAmounts.Of(cpus),
            Ports = [.. ports],
        }).ShouldBeTrue();
        return this;
    }

    public PlacementPlan Place(Demand demand, PlacementOptions? options = null) => Planner.Place(Pool, demand, Now, options);

    public static Demand Web(int count = 1, decimal cpus = 1, decimal mem = 0, int ports = 0) => new()
    {
        Id = "web",
        Owner = "app:/web",
        Count = count,
        Shape = TaskShape.Of(cpus, mem, ports: ports),
    };

    public static string[] AgentsOf(PlacementPlan plan) => [.. plan.Placements.Select(placement => placement.AgentId)];
}
