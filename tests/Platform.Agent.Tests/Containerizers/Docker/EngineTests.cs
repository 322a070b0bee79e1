using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>What tests with a real engine have in common.</summary>
[Collection(EngineCollection.Name)]
public abstract class EngineTests(TestEngine engine)
{
    private protected TestEngine Engine { get; } = engine;

    private protected static ContainerImage Image => new() { Containerizer = "docker", Reference = TestEngine.Image };

    private protected static TaskSpec Shell(string line, string resources = "cpus:0.1;mem:64") => TestTask.Shell(line, resources) with { Image = Image };

    private protected static async Task ReadyAsync(TestSession session, TaskSpec task)
    {
        FileChunk chunk;
        var request = new FileRequest { RequestId = "ready", TaskId = task.TaskId, Path = "stdout", Offset = 0, Length = 100, WaitSeconds = 20 };
        do
            chunk = await session.ReadAsync(request);
        while (chunk.Error is not null || chunk.Bytes.Length == 0);
    }

    private protected static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until the engine says that a task's container has ended.</summary>
    private protected async Task EndedAsync(TaskSpec task)
    {
        var container = (await Engine.ContainersAsync()).First(one => one.Labels.TryGetValue("platform.task", out var id) && id == task.TaskId);
        await Engine.Client.Containers.WaitContainerAsync(container.ID, Deadline.Token());
    }

    private protected async Task WithAgentAsync(Func<TestSession, Task> test, double heartbeat = 5, Func<AgentOptions, AgentOptions>? change = null)
    {
        Engine.Missing.ShouldBeNull();
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        master.HeartbeatSeconds = heartbeat;
        var options = TestAgent.Options(master, folder) with { Docker = Engine.Endpoint };
        await using var agent = TestAgent.Start(change?.Invoke(options) ?? options);
        try
        {
            await test(await master.AcceptAsync());
        }
        finally
        {
            foreach (var left in await Engine.ContainersAsync())
                await Engine.Client.Containers.RemoveContainerAsync(left.ID, new() { Force = true });
        }
    }
}
