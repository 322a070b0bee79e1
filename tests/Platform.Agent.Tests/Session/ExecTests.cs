using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Session;

/// <summary>Commands beside tasks that are processes.</summary>
public sealed class ExecTests
{
    [Fact]
    public Task A_command_sees_what_the_task_has_and_its_status_passes_through() => WithTaskAsync(TestTask.Forever() with { Environment = ValueMap.Create(("COLOR", "red"), ("SIZE", "1")) }, async (session, task, running) =>
    {
        var exec = await TestExec.StartAsync(session, task, new() { Shell = "pwd; echo $COLOR $SIZE; echo bad >&2; cat; exit 7" }, false, ("SIZE", "2"));
        (await exec.NextAsync()).Started.ShouldBeTrue();
        await exec.InputAsync("one\n");
        await exec.WaitForAsync("one\n");
        await exec.InputAsync("two\n");
        await exec.SendAsync(input => input with { End = true });
        (await exec.EndAsync()).ExitStatus.ShouldBe(7);
        exec.Output.ShouldBe($"{running.Sandbox}\nred 2\none\ntwo\n");
        exec.Errors.ShouldBe("bad\n");

        exec = await TestExec.StartAsync(session, task, new() { Argv = ["/no/such/program"] });
        (await exec.EndAsync()).ExitStatus.ShouldBe(127);
        exec = await TestExec.StartAsync(session, task, new() { Shell = "echo ready; exec sleep 100000" });
        await exec.WaitForAsync("ready");
        await exec.SendAsync(input => input with { Signal = Libc.SigKill });
        (await exec.EndAsync()).ExitStatus.ShouldBe(137);
    });

    [Fact]
    public Task A_terminal_is_one_has_a_size_that_changes_and_takes_keys() => WithTaskAsync(TestTask.Forever(), async (session, task, _) =>
    {
        var exec = await TestExec.StartAsync(session, task, new() { Shell = "trap 'stty size; echo resized' WINCH; tty; stty size; while :; do read line && echo \"<$line>\"; done" }, tty: true);
        await exec.WaitForAsync("25 81");
        exec.Output.ShouldStartWith("/dev/pts/");
        // A shell's 'read' ends without a line when a signal with a trap comes: the loop reads on.
        await exec.SendAsync(input => input with { Columns = 120, Rows = 40 });
        await exec.WaitForAsync("resized");
        exec.Output.ShouldContain("40 120");
        await exec.InputAsync("typed\n");
        await exec.WaitForAsync("<typed>");
        // Control-C ends what is in the foreground.
        await exec.InputAsync("\u0003");
        (await exec.EndAsync()).ExitStatus.ShouldBe(130);
    });

    [Fact]
    public Task Much_goes_through_both_ways_and_nobody_is_sent_more_than_is_taken() => WithTaskAsync(TestTask.Forever(), async (session, task, _) =>
    {
        var exec = await TestExec.StartAsync(session, task, new() { Shell = "cat" });
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i}\n"));
        var sending = Task.Run(async () =>
        {
            foreach (var part in text.Chunk(30_000))
                await exec.InputAsync(new string(part));
            await exec.SendAsync(input => input with { End = true });
        });
        (await exec.EndAsync()).ExitStatus.ShouldBe(0);
        await sending;
        exec.Output.ShouldBe(text);

        // Nothing is taken of this one: it stops at the window, and the rest of the agent goes on.
        var flood = await TestExec.StartAsync(session, task, new() { Shell = "yes" });
        (await session.ExecAsync()).Started.ShouldBeTrue();
        long got = 0;
        while (got < Contracts.Agents.ExecStart.Window)
            got += (await session.ExecAsync()).Bytes.Length;
        await flood.SendAsync(input => input with { Close = true });
        var other = TestTask.Shell("exit 0");
        await session.LaunchAsync(other);
        (await session.EndAsync(other)).State.ShouldBe(TaskState.Finished);
        got.ShouldBeLessThan(Contracts.Agents.ExecStart.Window + Contracts.Agents.ExecStart.LargestFrame);
    });

    [Fact]
    public Task It_ends_with_its_client_and_with_its_task() => WithTaskAsync(TestTask.Forever(), async (session, task, running) =>
    {
        foreach (var tty in (bool[])[false, true])
        {
            var left = await TestExec.StartAsync(session, task, new() { Shell = "trap 'echo gone >> hung-up; exit' HUP; echo ready; while :; do sleep 0.05; done" }, tty);
            await left.WaitForAsync("ready");
            await left.SendAsync(input => input with { Close = true });
            await TaskOutput.WaitForAsync(running, "gone", "hung-up");
            File.Delete(Path.Combine(running.Sandbox!, "hung-up"));
        }

        var exec = await TestExec.StartAsync(session, task, new() { Shell = "echo ready; exec sleep 100000" });
        await exec.WaitForAsync("ready");
        await session.KillAsync(task, grace: 0);
        var end = await exec.EndAsync();
        (end.ExitStatus == 137 || end.Error == "The task has ended, and the command with it").ShouldBeTrue($"{end}");

        await session.EndAsync(task);
        exec = await TestExec.StartAsync(session, task, new() { Shell = "exit 0" });
        (await exec.EndAsync()).Error.ShouldBe($"Task {task.TaskId} does not run on this agent");
    });

    [Fact]
    public Task It_runs_as_the_user_of_the_task_or_as_another() => Libc.EffectiveUser() != 0
        ? Task.CompletedTask
        : WithTaskAsync(TestTask.Forever() with { Command = new() { Shell = "exec sleep 100000", User = "nobody" } }, async (session, task, _) =>
        {
            foreach (var (user, tty, expected) in ((string?, bool, string)[])[(null, false, "nobody"), (null, true, "nobody"), ("root", false, "root")])
            {
                var exec = await TestExec.StartAsync(session, task, new() { Shell = "id -un; echo > /dev/null; : < /dev/stdin", User = user }, tty);
                await exec.SendAsync(input => input with { End = true });
                (await exec.EndAsync()).ExitStatus.ShouldBe(0, exec.Output + exec.Errors);
                exec.Output.ShouldStartWith(expected);
            }
            var unknown = await TestExec.StartAsync(session, task, new() { Shell = "exit 0", User = "no-such-user" });
            (await unknown.EndAsync()).Error.ShouldBe("The user 'no-such-user' does not exist on this agent");
        });

    private static async Task WithTaskAsync(TaskSpec task, Func<TestSession, TaskSpec, TaskUpdate, Task> test)
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        await session.LaunchAsync(task);
        await test(session, task, await session.UpdateAsync(task, TaskState.Running));
    }
}
