using Platform.Agent.Session;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Session;

public class SessionTests
{
    [Fact]
    public async Task An_agent_registers_with_what_it_was_given()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { Attributes = "rack:a", Region = "r", Zone = "z", Pool = "p" });
        var registration = (await master.AcceptAsync()).Registration;
        registration.Name.ShouldBe("test");
        registration.AgentId.ShouldBe((await File.ReadAllTextAsync(folder.File("work/agent-id"))).Trim());
        registration.Resources.ShouldBe(TestAgent.Resources);
        (registration.Attributes, registration.Region, registration.Zone, registration.Pool).ShouldBe(("rack:a", "r", "z", "p"));
        registration.Containerizers.ShouldBe(["process"]);
        registration.Address.ShouldBe("127.0.0.1");
    }

    [Fact]
    public async Task The_session_survives_a_restart_of_the_control_plane_and_the_tasks_with_it()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Forever();
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        master.Down = true;
        session.Drop();
        await master.TurnedAwayAsync();

        master.Down = false;
        session = await master.AcceptAsync();
        session.Registration.Tasks.ShouldHaveSingleItem().Status.ProcessId.ShouldBe(running.ProcessId);
    }

    [Fact]
    public async Task Of_several_masters_one_that_answers_is_found()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = TestAgent.Options(master, folder) with { Masters = [new Uri("http://127.0.0.1:1"), master.Address] };
        await using var agent = TestAgent.Start(options);
        (await master.AcceptAsync()).Registration.Name.ShouldBe("test");
    }

    [Fact]
    public async Task A_refusal_for_good_ends_the_agent_with_its_reason()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        master.Refuse = _ => new AgentCommand { Refused = "an agent of this name is active", Final = true };
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var error = await Should.ThrowAsync<AgentStartException>(agent.Completion.BeforeDeadline());
        error.Message.ShouldContain("an agent of this name is active");
    }

    [Theory]
    [InlineData("{\"launch\":")]
    [InlineData("null")]
    [InlineData("{\"launch\":[{\"taskId\":1}]}")]
    public async Task A_malformed_frame_ends_the_session_and_the_agent_dials_again(string frame)
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        await session.SendTextAsync(frame);
        session = await master.AcceptAsync();
        var task = TestTask.Shell("exit 0");
        await session.LaunchAsync(task);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Finished);
    }

    [Fact]
    public async Task Heartbeats_carry_the_use_of_each_task()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        master.HeartbeatSeconds = 0.05;
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("while :; do :; done");
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        TaskUsage? usage;
        do
            usage = (await session.HeartbeatAsync()).Tasks.FirstOrDefault(t => t.TaskId == task.TaskId);
        while (usage is not { CpuSeconds: > 0, MemoryBytes: > 0, Cpus: > 0 });
        usage.Owner.ShouldBe(task.Owner);
        usage.Processes.ShouldBe(1);
    }

    [Fact]
    public async Task A_kill_of_an_unknown_task_is_answered_with_lost()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Forever();
        await session.KillAsync(task);
        var answer = await session.UpdateAsync();
        (answer.TaskId, answer.Owner, answer.State).ShouldBe((task.TaskId, task.Owner, TaskState.Lost));
    }

    [Theory]
    [InlineData("cpus:0.1;mem:10;ports:[21000-21000]", "Port 21000 is held by task ")]
    [InlineData("cpus:0.1;mem:10;ports:[5-5]", "This agent does not have the ports [5-5]")]
    [InlineData("cpus:64;mem:10", "The task needs 64 cpus, and 63.9 of 64 are free")]
    public async Task What_is_held_is_not_handed_out_twice(string resources, string message)
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var first = TestTask.Shell("exec sleep 100000", "cpus:0.1;mem:10;ports:[21000-21001]");
        var second = TestTask.Shell("exit 0", resources);
        await session.LaunchAsync(first, second);
        var end = await session.EndAsync(second);
        end.State.ShouldBe(TaskState.Dropped);
        end.Reason.ShouldBe(TaskReasons.InsufficientResources);
        end.Message!.ShouldStartWith(message);
    }

    [Fact]
    public async Task A_task_that_needs_another_containerizer_is_an_error()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("exit 0") with { Image = new ContainerImage { Containerizer = "docker", Reference = "nginx" } };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Error);
        end.Message.ShouldBe("This agent does not offer the docker containerizer");
    }

    [Fact]
    public async Task Simulated_agents_hold_a_session_each_and_run_what_they_are_given()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agents = TestAgent.Start(TestAgent.Options(master, folder) with { Simulate = 20 });
        var sessions = new List<TestSession>();
        for (var i = 0; i < 20; i++)
            sessions.Add(await master.AcceptAsync());
        sessions.Select(s => s.Registration.AgentId).Distinct().Count().ShouldBe(20);
        foreach (var session in sessions)
        {
            var task = TestTask.Forever();
            await session.LaunchAsync(task);
            (await session.UpdateAsync()).State.ShouldBe(TaskState.Running);
            await session.KillAsync(task);
            (await session.UpdateAsync()).State.ShouldBe(TaskState.Killed);
        }
    }

    [Theory]
    [InlineData(1, 1.0, 1)]
    [InlineData(2, 1.0, 2)]
    [InlineData(4, 0.5, 4)] // 8 s ceiling, half of it
    [InlineData(6, 1.0, 30)] // 32 s, limited to 30
    [InlineData(1000, 0.1, 3)]
    public void The_wait_before_dialing_doubles_from_1_to_30_seconds_with_full_jitter(int failures, double random, double seconds) =>
        SessionBackoff.Delay(failures, random, SessionBackoff.LongestFor(TimeSpan.FromHours(1))).TotalSeconds.ShouldBe(seconds, 0.0001);

    [Fact]
    public void An_agent_dials_three_times_before_it_would_be_given_up() =>
        SessionBackoff.Delay(1000, 1, SessionBackoff.LongestFor(TimeSpan.FromSeconds(15))).ShouldBe(TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(1, 0.5, 5)]
    [InlineData(15, 2.5, 7.5)]
    [InlineData(600, 5, 15)]
    public void A_master_that_hangs_is_noticed_before_the_agent_would_be_given_up(double unreachableAfter, double interval, double timeout) =>
        SessionBackoff.KeepAliveFor(TimeSpan.FromSeconds(unreachableAfter)).ShouldBe((TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(timeout)));
}
