using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Tasks;

/// <summary>What outlives the agent.</summary>
public abstract class RecoveryTests(string? shim)
{
    public sealed class Native() : RecoveryTests(Agent.Containerizers.Process.ShimLauncher.BuiltProgram)
    {
        [Fact]
        public async Task When_the_process_that_starts_tasks_is_killed_those_that_run_go_on_and_new_ones_start()
        {
            using var folder = new TestFolder();
            await using var master = await TestMaster.StartAsync();
            var options = Options(master, folder);
            await using var agent = TestAgent.Start(options);
            var session = await master.AcceptAsync();
            var before = TestTask.Shell($"while [ ! -e {folder.File("go")} ]; do sleep 0.01; done; exit 6");
            await session.LaunchAsync(before);
            await session.UpdateAsync(before, TaskState.Running);
            var server = ProcessTable.ReadAll().Single(p => Arguments(p.Pid) is [var program, "serve", ..] && program.StartsWith(options.WorkDirectory, StringComparison.Ordinal));
            server.Parent.ShouldBe(Environment.ProcessId);
            _ = Libc.Kill(server.Pid, Libc.SigKill);

            var after = TestTask.Shell("exit 8");
            await session.LaunchAsync(after);
            (await session.EndAsync(after)).ExitStatus.ShouldBe(8);
            folder.Write("go", "");
            (await session.EndAsync(before)).ExitStatus.ShouldBe(6);
        }

        private static string[] Arguments(int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
            }
            catch (IOException)
            {
                return [];
            }
        }
    }

    public sealed class Shell() : RecoveryTests(null);

    private AgentOptions Options(TestMaster master, TestFolder folder) => TestAgent.Options(master, folder) with { ShimProgram = shim };

    [Fact]
    public async Task An_agent_that_comes_back_has_its_tasks_and_the_exit_status_of_those_that_ended_meanwhile()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        var stays = TestTask.Forever();
        var ends = TestTask.Shell($"while [ ! -e {folder.File("go")} ]; do sleep 0.01; done; exit 5");
        var agent = TestAgent.Start(options, keepTasks: true);
        var session = await master.AcceptAsync();
        await session.LaunchAsync(stays, ends);
        var first = await session.UpdateAsync(u => u.State == TaskState.Running);
        var second = await session.UpdateAsync(u => u.State == TaskState.Running);
        var pids = new[] { first, second }.ToDictionary(u => u.TaskId, u => u.ProcessId!.Value);
        await agent.DisposeAsync();

        using var watcher = new ProcessWatcher();
        var gone = watcher.WaitForExitAsync(pids[ends.TaskId]);
        folder.Write("go", "");
        await gone.BeforeDeadline();

        await using var again = TestAgent.Start(options);
        session = await master.AcceptAsync();
        var report = session.Registration.Tasks.Single(t => t.Status.TaskId == stays.TaskId);
        report.Status.State.ShouldBe(TaskState.Running);
        report.Status.ProcessId.ShouldBe(pids[stays.TaskId]);
        report.Resources.ShouldBe(stays.Resources);
        ProcessTable.Read(pids[stays.TaskId]).ShouldNotBeNull();
        var end = await session.EndAsync(ends);
        end.State.ShouldBe(TaskState.Failed);
        end.ExitStatus.ShouldBe(5);
        end.ProcessId.ShouldBe(pids[ends.TaskId]);
        await session.KillAsync(stays);
        (await session.EndAsync(stays)).State.ShouldBe(TaskState.Killed);
    }

    [Fact]
    public async Task An_update_is_sent_again_in_each_session_until_it_is_acknowledged_also_by_the_next_agent()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        var task = TestTask.Shell("exit 4");
        master.AutoAcknowledge = false;
        var agent = TestAgent.Start(options, keepTasks: true);
        var session = await master.AcceptAsync();
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);

        session.Drop();
        session = await master.AcceptAsync();
        session.Registration.Tasks.ShouldHaveSingleItem().Status.ShouldBe(end);
        (await session.UpdateAsync()).State.ShouldBe(TaskState.Running);
        (await session.UpdateAsync()).ShouldBe(end);
        await agent.DisposeAsync();

        master.AutoAcknowledge = true;
        await using var again = TestAgent.Start(options);
        session = await master.AcceptAsync();
        session.Registration.Tasks.ShouldHaveSingleItem().Status.ShouldBe(end);
        (await session.EndAsync(task)).ShouldBe(end);

        // Everything was acknowledged now: a launch of the same id starts nothing and is answered with the end.
        await session.LaunchAsync(task);
        var answer = await session.UpdateAsync();
        answer.State.ShouldBe(TaskState.Failed);
        answer.ExitStatus.ShouldBe(4);
        answer.ProcessId.ShouldBe(end.ProcessId);
    }

    [Fact]
    public async Task Values_of_secrets_are_kept_in_memory_for_tasks_that_live_and_destroyed_for_others()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        var task = TestTask.Forever() with { SecretEnvironment = Core.Collections.ValueMap.Create(("PASSWORD", new SecretText("unspeakable"))) };
        var agent = TestAgent.Start(options, keepTasks: true);
        var session = await master.AcceptAsync();
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        await agent.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*.json", SearchOption.AllDirectories))
            (await File.ReadAllTextAsync(file)).ShouldNotContain("unspeakable", Case.Sensitive, file);
        var values = Path.Combine("/dev/shm", "platform-" + session.Registration.AgentId);
        var kept = Directory.EnumerateFiles(values).ShouldHaveSingleItem();
        (await File.ReadAllTextAsync(kept)).ShouldContain("unspeakable");
        File.GetUnixFileMode(kept).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Path.Combine(values, "gone"));
        await File.WriteAllTextAsync(Path.Combine(values, "gone.json"), "{}");

        await using var again = TestAgent.Start(options);
        session = await master.AcceptAsync();
        Directory.EnumerateFileSystemEntries(values).ShouldBe([kept]);
        await session.KillAsync(task);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Killed);
    }

    [Fact]
    public async Task A_kill_that_was_ordered_goes_on_after_the_agent_was_restarted()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        var task = TestTask.Shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        var agent = TestAgent.Start(options, keepTasks: true);
        var session = await master.AcceptAsync();
        await session.LaunchAsync(task);
        await TaskOutput.WaitForAsync(await session.UpdateAsync(task, TaskState.Running), "ready");
        await session.KillAsync(task, grace: 1);
        await session.UpdateAsync(task, TaskState.Killing);
        await agent.DisposeAsync();

        await using var again = TestAgent.Start(options);
        session = await master.AcceptAsync();
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Killed);
        end.Signal.ShouldBe(9);
    }

    [Fact]
    public async Task A_launch_of_a_running_task_is_answered_with_its_state_and_starts_nothing()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("echo once; exec sleep 100000");
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        await session.LaunchAsync(task);
        var again = await session.UpdateAsync(task, TaskState.Running);
        again.ProcessId.ShouldBe(running.ProcessId);
        again.UpdateId.ShouldNotBe(running.UpdateId);
    }

    [Fact]
    public async Task When_the_supervisor_is_killed_the_task_goes_on_and_its_end_is_reported_as_not_known()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        await using var agent = TestAgent.Start(options);
        var session = await master.AcceptAsync();
        var task = TestTask.Forever();
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        var known = Agent.Containerizers.Process.ShimStatus.Read(Directory.GetFiles(Path.Combine(options.WorkDirectory, "tasks")).Single());
        using var watcher = new ProcessWatcher();
        _ = Libc.Kill(known.Shim!.Value.Pid, Libc.SigKill);
        known.Task!.Value.IsAlive.ShouldBeTrue();
        _ = Libc.Kill(running.ProcessId!.Value, Libc.SigKill);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Failed);
        end.Reason.ShouldBe(TaskReasons.AgentRestarted);
        end.Message.ShouldBe("The task's supervisor was killed, so its exit status is not known");
    }

    [Fact]
    public async Task A_start_that_is_on_its_way_when_the_agent_dies_has_begun_or_never_will_before_the_next_agent_looks()
    {
        using var folder = new TestFolder();
        using var work = Agent.Tasks.WorkDirectory.Open(folder.File("work"), NullLogger.Instance);
        // The supervisor cannot write its first line before somebody reads.
        var file = folder.File("work/tasks/slow");
        await Process.Start("mkfifo", [file]).WaitForExitAsync().BeforeDeadline();
        var dying = Agent.Containerizers.Process.StartLock.Take(work);
        int pid;
        using (var launcher = new Agent.Containerizers.Process.ShimLauncher(work, shim, dying, NullLogger.Instance))
            pid = launcher.Start(new Agent.Containerizers.Process.ShimStart { File = file, Sandbox = folder.Path, Command = ["/bin/true"], Environment = [] });
        dying.Dispose();

        var next = Task.Run(() => Agent.Containerizers.Process.StartLock.Take(work));
        var other = Libc.Open(folder.File("work/starts.lock"), Libc.ReadAndWrite | Libc.CloseOnExec, 0);
        Libc.Lock(other, Libc.LockExclusive | Libc.LockNonBlocking).ShouldBe(-1);
        _ = Libc.Close(other);
        next.IsCompleted.ShouldBeFalse();

        using var reader = new StreamReader(file);
        (await reader.ReadLineAsync(Deadline.Token()))!.ShouldStartWith($"shim {pid} ");
        using var taken = await next.BeforeDeadline();
        (await reader.ReadToEndAsync(Deadline.Token())).ShouldContain("exit 0");
        _ = Libc.WaitPid(pid, out _, 0);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_work_directory_is_refused_with_a_clear_error()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = Options(master, folder);
        await using var agent = TestAgent.Start(options);
        await master.AcceptAsync();
        await using var second = TestAgent.Start(options);
        var error = await Should.ThrowAsync<AgentStartException>(second.Completion.BeforeDeadline());
        error.Message.ShouldContain($"in use by another agent (process {Environment.ProcessId})");
    }

    [Fact]
    public async Task A_work_directory_that_cannot_be_made_is_refused_with_a_clear_error()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = TestAgent.Options(master, folder) with { WorkDirectory = Path.Combine(folder.Write("file", ""), "work") };
        await using var agent = TestAgent.Start(options);
        var error = await Should.ThrowAsync<AgentStartException>(agent.Completion.BeforeDeadline());
        error.Message.ShouldStartWith($"The work directory {options.WorkDirectory} cannot be used: ");
        error.Message.ShouldEndWith("Choose a folder that this user can write to with --work-dir.");
    }

    [Fact]
    public async Task A_torn_journal_and_a_broken_record_do_not_keep_the_agent_from_starting()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        folder.Write("work/updates.log", "{\"update\":{\"taskId\":\"x\",\"own");
        folder.Write("work/tasks/broken", "{}\n");
        folder.Write("work/tasks/torn", "{\"spec\":{\"taskId\":\"torn\",\"own");
        await using var agent = TestAgent.Start(Options(master, folder));
        var session = await master.AcceptAsync();
        session.Registration.Tasks.ShouldBeEmpty();
        Directory.GetFiles(folder.File("work/tasks")).ShouldBeEmpty();
        // What is broken may have run, and is not started again; what was not written to its end was never accepted.
        Directory.GetFiles(folder.File("work/ended")).ShouldBe([folder.File("work/ended/broken")]);
        var task = TestTask.Shell("exit 0");
        await session.LaunchAsync(task);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Finished);
    }
}
