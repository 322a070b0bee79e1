using System.Net;
using System.Net.Sockets;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>A machine's ports are not the agent's alone.</summary>
public sealed class TakenPortTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_app_gets_another_port_than_those_that_other_programs_have()
    {
        await using var cluster = await Cluster.StartAsync(output);
        // The first ports of the harness' first agent. Where one is taken by another test already, all the better.
        const int First = 31050, Taken = 5;
        var strangers = new List<TcpListener>();
        try
        {
            for (var port = First; port < First + Taken; port++)
            {
                var stranger = new TcpListener(IPAddress.Any, port);
                try
                {
                    stranger.Start();
                    strangers.Add(stranger);
                }
                catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    stranger.Dispose();
                }
            }
            cluster.StartAgent("one");
            await cluster.DeployAsync("""
                {"id":"/web","cmd":"exec python3 -m http.server $PORT0","cpus":0.1,"mem":64,"portDefinitions":[{"port":0}],"backoffSeconds":0,
                 "healthChecks":[{"protocol":"HTTP","path":"/","portIndex":0,"intervalSeconds":1,"gracePeriodSeconds":60}]}
                """);
            var task = (await cluster.RunningAsync("/web", 1))[0];
            task.Ports.ShouldHaveSingleItem().ShouldNotBeInRange(First, First + Taken - 1);
            using var http = new HttpClient();
            (await http.GetAsync($"http://127.0.0.1:{task.Ports[0]}/")).Headers.Server.ToString().ShouldContain("Python");
        }
        finally
        {
            strangers.ForEach(stranger => stranger.Stop());
        }
    }
}
