using System.Net;
using System.Net.Sockets;
using Platform.Agent.Tests.Testing;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Ports;

/// <summary>Ports of the machine that a program outside of the agent has.</summary>
public sealed class TakenPortTests
{
    [Theory]
    [InlineData("127.0.0.1", "tcp")]
    [InlineData("0.0.0.0", "tcp")]
    [InlineData("::1", "tcp")]
    [InlineData("127.0.0.1", "udp")]
    [InlineData("127.0.0.1", "udp,tcp")]
    public async Task A_task_is_not_started_on_a_port_that_another_program_has(string address, string protocol)
    {
        using var stranger = new Stranger(IPAddress.Parse(address), protocol);
        await using var agent = await StartedAgent.StartAsync(stranger.Port);
        var task = With(stranger.Port, protocol, "touch started; exec sleep 100000");
        await agent.Session.LaunchAsync(task);
        var end = await agent.Session.UpdateAsync();
        (end.State, end.Reason).ShouldBe((TaskState.Dropped, TaskReasons.PortInUse));
        end.Message.ShouldBe($"Port {stranger.Port} is in use by process {Environment.ProcessId} ({NameOfThis}) that is no task of this agent");

        // Free again, or wanted for the other protocol, it is no obstacle.
        stranger.Dispose();
        var next = With(stranger.Port, protocol, "exec sleep 100000");
        await agent.Session.LaunchAsync(next);
        await agent.Session.UpdateAsync(next, TaskState.Running);
    }

    [Fact]
    public async Task A_port_that_is_taken_for_the_other_protocol_is_free()
    {
        using var stranger = new Stranger(IPAddress.Any, "udp");
        await using var agent = await StartedAgent.StartAsync(stranger.Port);
        var task = With(stranger.Port, "tcp", "exec sleep 100000");
        await agent.Session.LaunchAsync(task);
        (await agent.Session.UpdateAsync()).State.ShouldBe(TaskState.Running);
    }

    [Fact]
    public async Task A_pod_is_refused_as_a_whole_when_a_port_of_one_container_is_taken()
    {
        using var stranger = new Stranger(IPAddress.Any, "tcp");
        await using var agent = await StartedAgent.StartAsync(stranger.Port);
        var (one, other) = (TestTask.Forever() with { Group = "pod" }, With(stranger.Port, "tcp", "exec sleep 100000") with { Group = "pod" });
        await agent.Session.LaunchAsync(one, other);
        (await agent.Session.EndAsync(other)).Reason.ShouldBe(TaskReasons.PortInUse);
        (await agent.Session.EndAsync(one)).State.ShouldBe(TaskState.Dropped);
    }

    [Theory]
    [InlineData("platform-test")]
    [InlineData(null)]
    public async Task A_check_does_not_count_the_answer_of_another_program_before_the_task_listens_itself(string? cgroups)
    {
        var stranger = new Stranger(IPAddress.Loopback, "tcp");
        stranger.Dispose();
        await using var agent = await StartedAgent.StartAsync(stranger.Port, cgroups);
        var task = With(stranger.Port, "tcp", $"until [ -e go ]; do sleep 0.02; done; python3 -m http.server --bind 127.0.0.1 {stranger.Port}; exit 1") with
        {
            Checks =
            [
                new CheckSpec { Kind = CheckKind.Tcp, Port = stranger.Port, IntervalSeconds = 0.05, GracePeriodSeconds = 0, MaxConsecutiveFailures = 0 },
                new CheckSpec { Kind = CheckKind.Http, Purpose = CheckPurpose.Readiness, Port = stranger.Port, IntervalSeconds = 0.05, TimeoutSeconds = 1 },
            ],
        };
        await agent.Session.LaunchAsync(task);
        await agent.Session.UpdateAsync(task, TaskState.Running);
        // It takes the port in the moment before the task does.
        using (var first = new Stranger(IPAddress.Loopback, "tcp", stranger.Port))
        {
            var unhealthy = await agent.Session.UpdateAsync(u => u.Checks.Any(check => check.Message?.Contains("not of this task", StringComparison.Ordinal) == true));
            unhealthy.Healthy.ShouldBe(false);
            unhealthy.Checks.First(check => check.Index == 0).Message.ShouldBe(
                $"port {stranger.Port} is answered by process {Environment.ProcessId} ({NameOfThis}), which is not of this task");
            unhealthy.Ready.ShouldNotBe(true);
        }
        await File.WriteAllTextAsync(Path.Combine(agent.Work, "sandboxes", Agent.Tasks.TaskDirectoryName.Of(task.TaskId), "go"), "");
        var healthy = await agent.Session.UpdateAsync(u => u.Healthy == true && u.Ready == true);
        healthy.State.ShouldBe(TaskState.Running);
    }

    private static string NameOfThis { get; } = File.ReadAllText("/proc/self/comm").Trim();

    private static TaskSpec With(int port, string protocol, string line) => TestTask.Shell(line, $"cpus:0.1;mem:64;ports:[{port}-{port}]") with
    {
        Ports = [new PortSpec { HostPort = port, Protocol = protocol }],
    };

    /// <summary>A program of the machine: this one.</summary>
    private sealed class Stranger : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public Stranger(IPAddress address, string protocol, int port = 0)
        {
            foreach (var one in protocol.Split(','))
            {
                var socket = one == "udp" ? new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                _sockets.Add(socket);
                socket.Bind(new IPEndPoint(address, port));
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                if (one == "tcp")
                    socket.Listen();
            }
            Port = port;
        }

        public int Port { get; }

        public void Dispose() => _sockets.ForEach(socket => socket.Dispose());
    }

    /// <summary>An agent that offers one port.</summary>
    private sealed class StartedAgent : IAsyncDisposable
    {
        private readonly TestFolder _folder = new();
        private TestMaster _master = null!;
        private TestAgent _agent = null!;

        public TestSession Session { get; private set; } = null!;

        public string Work => _folder.File("work");

        public static async Task<StartedAgent> StartAsync(int port, string? cgroups = "platform-test")
        {
            var started = new StartedAgent { _master = await TestMaster.StartAsync() };
            started._agent = TestAgent.Start(TestAgent.Options(started._master, started._folder) with
            {
                Resources = Resources.Parse($"cpus:64;mem:65536;disk:65536;ports:[{port}-{port}]"),
                CgroupRoot = cgroups,
            });
            started.Session = await started._master.AcceptAsync();
            return started;
        }

        public async ValueTask DisposeAsync()
        {
            await _agent.DisposeAsync();
            await _master.DisposeAsync();
            _folder.Dispose();
        }
    }
}
