namespace Platform.Simulation;

/// <summary>Many simulated agents.</summary>
public sealed class SimulatedCluster(int agents, string resources, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>The agents; empty before <see cref="ConnectAsync"/>.</summary>
    public IReadOnlyList<SimulatedAgent> Agents { get; private set; } = [];

    /// <summary>All dial in, at most 512 at the same time.</summary>
    public async Task ConnectAsync(IGrainFactory grains)
    {
        Agents = [.. Enumerable.Range(0, agents).Select(i => new SimulatedAgent(grains, $"agent-{i:00000}", resources, _time) { Attributes = $"rack:r{i % 75}" })];
        await ReconnectAsync(grains);
    }

    /// <summary>The agents dial a control plane that was restarted.</summary>
    public Task ReconnectAsync(IGrainFactory grains) =>
        Parallel.ForEachAsync(Agents, new ParallelOptions { MaxDegreeOfParallelism = 512 }, async (agent, _) =>
        {
            var answer = await agent.ConnectAsync(grains);
            if (answer.Registered is null)
                throw new InvalidOperationException($"{agent.Id} was refused: {answer.Refused}");
        });

    /// <summary>Sends a sign of life of each agent, again and again, until it is canceled.</summary>
    public async Task HeartbeatAsync(TimeSpan interval, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                foreach (var agent in Agents)
                    await agent.HeartbeatAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // No more signs of life are wanted.
        }
    }

    /// <summary>All tasks that have not ended.</summary>
    public int Tasks => Agents.Sum(agent => agent.Tasks.Count);
}
