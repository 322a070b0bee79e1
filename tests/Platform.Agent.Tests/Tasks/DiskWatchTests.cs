using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Tasks;

/// <summary>Tasks that take more disk than they asked for.</summary>
public sealed class DiskWatchTests
{
    [Fact]
    public async Task A_task_whose_sandbox_outgrows_its_disk_fails_with_that_reason_and_no_other_does()
    {
        using var folder = new TestFolder();
        folder.Write("outside/large", new string('x', 3 * 1024 * 1024));
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { EnforceDisk = true, DiskWatchInterval = TimeSpan.FromMilliseconds(50) });
        var session = await master.AcceptAsync();
        session.Registration.Isolation.ShouldNotBeNull().ShouldContain("disk/du enforced");
        const string Writes = "mkdir -p deep; head -c 3000000 /dev/zero > deep/file; exec sleep 100000";
        var (greedy, modest, unlimited) = (TestTask.Shell(Writes, "cpus:0.1;mem:64;disk:2"), TestTask.Shell($"ln -s {folder.File("outside")} volume; head -c 1000000 /dev/zero > file; exec sleep 100000", "cpus:0.1;mem:64;disk:2"),
            TestTask.Shell(Writes, "cpus:0.1;mem:64"));
        await session.LaunchAsync(modest, unlimited);
        foreach (var _ in (TaskSpec[])[modest, unlimited])
            await session.UpdateAsync(update => update.State == TaskState.Running);
        await session.LaunchAsync(greedy);

        var end = await session.EndAsync(greedy);
        (end.State, end.Reason).ShouldBe((TaskState.Failed, TaskReasons.DiskLimit));
        end.Message.ShouldNotBeNull().ShouldMatch("^Disk limit exceeded: 2[.0-9]* MB in the sandbox, 2 MB were asked for");
        // Those were measured as often, and each measurement ends before the next begins.
        foreach (var other in (TaskSpec[])[modest, unlimited])
        {
            await session.KillAsync(other, grace: 0);
            (await session.EndAsync(other)).State.ShouldBe(TaskState.Killed);
        }
    }
}
