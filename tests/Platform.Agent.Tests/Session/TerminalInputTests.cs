using System.Security.Cryptography;
using System.Text;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Session;

/// <summary>What is typed into the terminals of real tasks.</summary>
public sealed class TerminalInputTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_typed_is_read_by_the_task_also_after_the_agent_was_started_anew(bool asUser)
    {
        await using var master = await TestMaster.StartAsync();
        _folder.OpenToOthers();
        const string Line = "stty -echo; echo ready; while read line; do echo $line $(stty size); done; echo over; exit 4";
        var task = TestTask.Shell("") with { Command = new() { Shell = Line, User = asUser ? "nobody" : null }, Tty = true };
        var agent = TestAgent.Start(TestAgent.Options(master, _folder), keepTasks: true);
        TaskUpdate running;
        try
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(task);
            running = await session.UpdateAsync(task, TaskState.Running);
            await TaskOutput.WaitForAsync(running, "ready");
            var first = await TestExec.AttachInputAsync(session, task);
            (await first.NextAsync()).Started.ShouldBeTrue();
            await first.InputAsync("one\n");
            await TaskOutput.WaitForAsync(running, "one 24 80");
            // Who goes at once has typed all the same.
            await first.SendAsync(frame => frame with { Columns = 90, Rows = 30 });
            await first.InputAsync("two\n");
            await first.SendAsync(frame => frame with { Close = true });
            await TaskOutput.WaitForAsync(running, "two 30 90");
            await agent.StopAsync();
        }
        finally
        {
            await agent.DisposeAsync();
        }
        var pipes = Path.Combine(TestAgent.Options(master, _folder).WorkDirectory, "terminals");
        // As of a task that ended while no agent was there.
        await File.WriteAllTextAsync(Path.Combine(pipes, "left"), "");
        await using var next = TestAgent.Start(TestAgent.Options(master, _folder));
        var anew = await master.AcceptAsync();
        var second = await TestExec.AttachInputAsync(anew, task);
        await second.InputAsync("three\n");
        await second.SendAsync(frame => frame with { End = true });
        var end = await anew.EndAsync(task);
        (end.State, end.ExitStatus).ShouldBe((TaskState.Failed, 4));
        (await TaskOutput.WaitForAsync(running, "over")).ShouldBe("ready\r\none 24 80\r\ntwo 30 90\r\nthree 30 90\r\nover\r\n");
        Directory.EnumerateFiles(pipes).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_that_does_not_read_is_heard_all_the_same_and_reads_all_of_it_later()
    {
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, _folder));
        var session = await master.AcceptAsync();
        const string Line = "stty raw -echo; echo ready; until [ -e go ]; do sleep 0.01; done; echo heard; until [ -e on ]; do sleep 0.01; done; head -c 300000 | sha256sum; exit 3";
        var task = TestTask.Shell(Line) with { Tty = true };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        await TaskOutput.WaitForAsync(running, "ready");
        var text = string.Concat(Enumerable.Range(100_000, 50_000));
        var exec = await TestExec.AttachInputAsync(session, task);
        foreach (var part in text.Chunk(4_000))
            await exec.InputAsync(new string(part));
        // More than the pipe to the terminal holds, so that some of it is in the terminal, and less than all.
        await session.TakenAsync(70_000);
        await File.WriteAllTextAsync(Path.Combine(running.Sandbox!, "go"), "");
        await TaskOutput.WaitForAsync(running, "heard");
        await File.WriteAllTextAsync(Path.Combine(running.Sandbox!, "on"), "");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        await TaskOutput.WaitForAsync(running, hash);
        (await session.EndAsync(task)).ExitStatus.ShouldBe(3);
        (await exec.EndAsync()).Error.ShouldBe("The task has ended, and the command with it");
    }

    [Fact]
    public async Task Without_a_terminal_there_is_nothing_to_attach_to()
    {
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, _folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("exec sleep 100000");
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        var exec = await TestExec.AttachInputAsync(session, task);
        (await exec.EndAsync()).Error.ShouldBe("The task has no terminal that can be attached to");
    }
}
