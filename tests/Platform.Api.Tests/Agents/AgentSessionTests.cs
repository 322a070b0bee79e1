using System.Net.WebSockets;
using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Agents;

public class AgentSessionTests
{
    [Fact]
    public async Task An_agent_registers_gets_commands_in_order_and_is_known_as_long_as_it_is_connected()
    {
        await using var server = await SessionServer.StartAsync();
        using var socket = await server.DialAsync();
        await SessionServer.SendAsync(socket, new AgentMessage { Register = SessionServer.Registration });
        var registered = (await SessionServer.ReceiveAsync(socket)).Command!.Registered!;
        var agent = server.Grains.GetGrain<IAgentGrain>("a1");

        await agent.LaunchAsync([new() { TaskId = "t1", Name = "t", Owner = "app:/x", Resources = Resources.Parse("cpus:1"), Command = new() { Shell = "true" } }]);
        await agent.KillAsync([new() { TaskId = "t1", Owner = "app:/x" }]);

        registered.HeartbeatSeconds.ShouldBe(5);
        (await SessionServer.ReceiveAsync(socket)).Command!.Launch[0].TaskId.ShouldBe("t1");
        (await SessionServer.ReceiveAsync(socket)).Command!.Kill[0].TaskId.ShouldBe("t1");
        await SessionServer.SendAsync(socket, new AgentMessage { Heartbeat = new() { Cpus = 1.5 } });
        var read = agent.ReadFileAsync(new() { TaskId = "t1", Path = "stdout" });
        var request = (await SessionServer.ReceiveAsync(socket)).Command!.ReadFiles[0];
        await SessionServer.SendAsync(socket, new AgentMessage { Files = [new() { RequestId = request.RequestId, Bytes = "hello"u8.ToArray(), Size = 5 }] });
        (await read).Bytes.ShouldBe("hello"u8.ToArray());
        (await agent.GetStatusAsync())!.Usage!.Cpus.ShouldBe(1.5);
    }

    [Fact]
    public async Task Who_waits_for_a_file_is_told_at_once_when_the_session_ends()
    {
        await using var server = await SessionServer.StartAsync();
        using var socket = await server.DialAsync();
        await SessionServer.SendAsync(socket, new AgentMessage { Register = SessionServer.Registration });
        await SessionServer.ReceiveAsync(socket);
        // Two clients follow; neither's wait, nor the time for an answer, is what ends them.
        var agent = server.Grains.GetGrain<IAgentGrain>("a1");
        var reads = new[] { "stdout", "stderr" }.Select(path => agent.ReadFileAsync(new() { TaskId = "t1", Path = path, WaitSeconds = FileRequest.LongestWait })).ToArray();
        var asked = 0;
        while (asked < reads.Length)
            asked += (await SessionServer.ReceiveAsync(socket)).Command!.ReadFiles.Count;
        var since = System.Diagnostics.Stopwatch.StartNew();

        socket.Abort();

        foreach (var chunk in await Task.WhenAll(reads))
        {
            chunk.Error!.ShouldStartWith("agent a1: its session ended: ");
            chunk.Unreachable.ShouldBeTrue();
        }

        since.Elapsed.TotalSeconds.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("{ not json", "malformed frame: ")]
    [InlineData("null", "malformed frame: something that must be given is null or empty")]
    [InlineData("{}", "the first frame must be a registration")]
    [InlineData("""{"register":{"agentId":"","name":"n","hostname":"h","resources":"cpus:1"}}""", "malformed frame: something that must be given is null or empty")]
    [InlineData("""{"register":{"agentId":"a1","name":"n","hostname":"h","resources":"cpus:x"}}""", "malformed frame: ")]
    public async Task A_session_that_begins_wrong_is_closed_with_the_reason_and_others_go_on(string frame, string reason)
    {
        await using var server = await SessionServer.StartAsync();
        using var good = await server.DialAsync();
        await SessionServer.SendAsync(good, new AgentMessage { Register = SessionServer.Registration });
        (await SessionServer.ReceiveAsync(good)).Command.ShouldNotBeNull();
        using var bad = await server.DialAsync();

        await SessionServer.SendAsync(bad, frame);

        var (command, status, text) = await SessionServer.ReceiveAsync(bad);
        command.ShouldBeNull();
        status.ShouldBeOneOf(WebSocketCloseStatus.InvalidPayloadData, WebSocketCloseStatus.PolicyViolation);
        text!.ShouldStartWith(reason);
        (await server.Grains.GetGrain<IAgentGrain>("a1").GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Active);
    }

    [Fact]
    public async Task A_malformed_frame_in_a_session_ends_that_session()
    {
        await using var server = await SessionServer.StartAsync();
        using var socket = await server.DialAsync();
        await SessionServer.SendAsync(socket, new AgentMessage { Register = SessionServer.Registration });
        await SessionServer.ReceiveAsync(socket);

        await SessionServer.SendAsync(socket, """{"updates":[null]}""");

        var (_, status, reason) = await SessionServer.ReceiveAsync(socket);
        (status, reason).ShouldBe((WebSocketCloseStatus.InvalidPayloadData, "malformed frame: something that must be given is null or empty"));
    }

    [Fact]
    public async Task A_refused_agent_is_told_why_before_it_is_closed()
    {
        await using var server = await SessionServer.StartAsync();
        using var first = await server.DialAsync();
        await SessionServer.SendAsync(first, new AgentMessage { Register = SessionServer.Registration });
        await SessionServer.ReceiveAsync(first);
        using var second = await server.DialAsync();

        await SessionServer.SendAsync(second, new AgentMessage { Register = SessionServer.Registration with { Run = "run-2" } });

        var refused = (await SessionServer.ReceiveAsync(second)).Command!;
        refused.Refused!.ShouldStartWith("another agent with the id a1 has a session");
        (await SessionServer.ReceiveAsync(second)).Status.ShouldBe(WebSocketCloseStatus.PolicyViolation);
    }

    [Fact]
    public void Frames_say_the_same_after_they_were_written_and_read()
    {
        var update = new TaskUpdate { TaskId = "t", Owner = "app:/x", UpdateId = "u", State = TaskState.Failed, Signal = 9, Checks = [new() { Purpose = CheckPurpose.Readiness }] };
        var message = new AgentMessage
        {
            Register = SessionServer.Registration with { Tasks = [new() { Status = update, Resources = Resources.Parse("cpus:1;ports:[31000-31001]") }], Taints = ["a=b:NoSchedule"] },
            Heartbeat = new() { Tasks = [new() { TaskId = "t", Owner = "o" }] },
            Updates = [update],
            Files = [new() { RequestId = "r", Entries = [new() { Name = "stdout", Size = 3 }] }],
        };
        var task = new TaskSpec
        {
            TaskId = "t",
            Name = "n",
            Owner = "app:/x",
            Resources = Resources.Parse("cpus:0.5;mem:32"),
            Command = new() { Argv = ["a", "b"] },
            Environment = ValueMap.Create(("A", "1")),
            SecretEnvironment = ValueMap.Create(("S", new SecretText("hidden"))),
            Fetch = [new() { Uri = "file:///x" }],
            Ports = [new() { HostPort = 31000, Labels = ValueMap.Create(("VIP_0", "x:80")) }],
            Checks = [new() { Kind = CheckKind.Command, Command = new() { Shell = "true" }, MaxConsecutiveFailures = 0, ReadyStatusCodes = [200, 204] }],
            Volumes = [new() { ContainerPath = "v", Secret = new("hidden") }],
            KillGraceSeconds = 0,
        };
        var command = new AgentCommand { Launch = [task], Kill = [new() { TaskId = "t", Owner = "o" }], Acknowledge = ["u"], ReadFiles = [new() { TaskId = "t" }] };

        var readMessage = JsonSerializer.Deserialize(JsonSerializer.Serialize(message, AgentSessionJson.Default.AgentMessage), AgentSessionJson.Default.AgentMessage)!;
        var readCommand = JsonSerializer.Deserialize(JsonSerializer.Serialize(command, AgentSessionJson.Default.AgentCommand), AgentSessionJson.Default.AgentCommand)!;

        readCommand.ShouldBe(command);
        readMessage.Register.ShouldBe(message.Register);
        readMessage.Updates.ShouldBe(message.Updates);
        readMessage.Files[0].Entries.ShouldBe(message.Files[0].Entries);
    }
}
