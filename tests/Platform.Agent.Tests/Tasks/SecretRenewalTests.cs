using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Tasks;

/// <summary>A process gets new values of its secrets while it runs.</summary>
public sealed class SecretRenewalTests
{
    // Says what it reads whenever it is told to. The shell waits for a child that the signal ends too.
    private const string Reader = "trap 'cat key; echo \" $(stat -L -c %a key)\"' USR1; echo ready; while true; do sleep 1000 & wait; done";

    private static TaskSpec Task(long? asOf) => TestTask.Shell(Reader) with
    {
        SecretsAsOf = asOf,
        SecretEnvironment = ValueMap.Create(("PASSWORD", new SecretText("one"))),
        Volumes = [new() { ContainerPath = "key", Secret = new("one"), ReadOnly = true }],
    };

    private static AgentCommand Renew(TaskSpec task, long asOf, string value) => new()
    {
        Secrets =
        [
            new()
            {
                TaskId = task.TaskId, AsOf = asOf, Signal = 10,
                Environment = ValueMap.Create(("PASSWORD", new SecretText(value))), Files = ValueMap.Create(("key", new SecretText(value))),
            },
        ],
    };

    [Fact]
    public async Task The_file_is_replaced_before_the_signal_comes_and_each_change_counts_once_also_after_the_agent_was_restarted()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var task = Task(asOf: 5);
        TaskUpdate running;
        await using (var agent = TestAgent.Start(TestAgent.Options(master, folder), keepTasks: true))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(task);
            running = await session.UpdateAsync(task, TaskState.Running);
            running.SecretsAsOf.ShouldBe(5);
            await TaskOutput.WaitForAsync(running, "ready");
            await session.SendAsync(Renew(task, 7, "two"));
            (await session.UpdateAsync(update => update.SecretsAsOf == 7)).State.ShouldBe(TaskState.Running);
            await TaskOutput.WaitForAsync(running, "two 600");
            // Late, and told twice: neither does anything, and the next one shows that.
            await session.SendAsync(Renew(task, 6, "late"));
            await session.SendAsync(Renew(task, 7, "twice"));
            await agent.StopAsync();
        }
        await using (TestAgent.Start(TestAgent.Options(master, folder)))
        {
            var session = await master.AcceptAsync();
            session.Registration.Tasks.ShouldHaveSingleItem().Status.SecretsAsOf.ShouldBe(7);
            await session.SendAsync(Renew(task, 8, "three"));
            await session.UpdateAsync(update => update.SecretsAsOf == 8);
            var said = await TaskOutput.WaitForAsync(running, "three 600");
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["ready", "two 600", "three 600"]);
            // The same values again are no reason for a signal.
            await session.SendAsync(Renew(task, 9, "three"));
            await session.UpdateAsync(update => update.SecretsAsOf == 9);
            await session.KillAsync(task);
            await session.EndAsync(task);
            File.ReadAllText(Path.Combine(running.Sandbox!, "stdout")).ShouldBe(said);
        }
    }

    [Fact]
    public async Task A_task_that_was_launched_without_a_number_keeps_its_values()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var (task, other) = (Task(asOf: null), Task(asOf: 1));
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        running.SecretsAsOf.ShouldBeNull();
        await session.LaunchAsync(other);
        await TaskOutput.WaitForAsync(await session.UpdateAsync(other, TaskState.Running), "ready");

        await session.SendAsync(Renew(task, 7, "two"));
        await session.SendAsync(Renew(other, 7, "two"));

        await session.UpdateAsync(update => update.SecretsAsOf == 7 && update.TaskId == other.TaskId);
        File.ReadAllText(Path.Combine(running.Sandbox!, "key")).ShouldBe("one");
    }
}
