using Platform.Api.Tests.Mesos;
using Platform.Client;
using Platform.Client.Services;
using Platform.Simulation;

namespace Platform.Api.Tests.Registry;

/// <summary>How those who serve names learn of machines.</summary>
public sealed class NodesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>No endpoint changes meanwhile, so that nothing else makes the stream speak but its sign of life, every 15 seconds.</summary>
    [Fact]
    public async Task Machines_that_come_are_told_by_themselves()
    {
        var server = new MesosServer(agents: 0);
        await server.InitializeAsync();
        try
        {
            using var client = new PlatformClient(new() { Url = server.Http.BaseAddress! });
            using var limit = new CancellationTokenSource(3 * Patience);
            await using var events = client.Services.WatchEndpointsAsync(new EndpointWatchOptions { WantsNodes = true }, limit.Token).GetAsyncEnumerator(limit.Token);
            var (machines, atOnce) = (0, 0);
            await NextAsync(nodes => nodes.Masters.Count == 1);
            while (machines < 3)
            {
                var agent = new SimulatedAgent(server.Grains, $"agent-{++machines}", "cpus:1;mem:100", TimeProvider.System);
                (await agent.ConnectAsync()).Registered.ShouldNotBeNull();
                atOnce += await NextAsync(nodes => nodes.Agents.Count == machines) ? 1 : 0;
            }
            // A machine may be so slow that a sign of life was due before.
            atOnce.ShouldBePositive();

            // False: a sign of life came first.
            async Task<bool> NextAsync(Func<ClusterNodes, bool> isIt)
            {
                var first = true;
                while (true)
                {
                    (await events.MoveNextAsync()).ShouldBeTrue();
                    if (events.Current.Nodes is { } nodes && isIt(nodes))
                        return first;
                    first &= events.Current.Kind != EndpointEventKind.Alive;
                }
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}
