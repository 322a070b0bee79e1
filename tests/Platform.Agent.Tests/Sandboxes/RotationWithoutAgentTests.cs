using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Sandboxes;

/// <summary>Rotation of a task's output by its supervisor while the agent is away.</summary>
public sealed class RotationWithoutAgentTests
{
    // Ten blocks of the file system, and batches of 60,000 bytes in lines of 1000.
    private const int Size = 40_960, Kept = 2, Batch = 60, Line = 1000;

    private static string[] Options { get; } = ["--log-rotate-size", $"{Size}", "--log-rotate-count", $"{Kept}"];

    [Theory]
    [InlineData(null)] // parts are taken off the front of the file
    [InlineData("/dev/shm")] // it is copied and cut
    public async Task Output_is_rotated_while_the_agent_is_killed_and_by_the_next_one_and_without_that_again(string? under)
    {
        using var folder = under is null ? new TestFolder() : new TestFolder(under);
        try
        {
            await using var master = await TestMaster.StartAsync();
            // Brings each batch that comes to its output, in one write.
            var task = TestTask.Shell("i=0; while :; do until [ -e batch$i ]; do sleep 0.01; done; cat batch$i; i=$((i + 1)); echo $i > done; done");
            TaskUpdate running;
            await using (var first = AgentProcess.Start(master, folder, null, Options))
            {
                var session = await master.AcceptAsync();
                await session.LaunchAsync(task);
                running = await session.UpdateAsync(task, TaskState.Running);
                await first.KillAsync();
            }
            for (var i = 0; i < 4; i++)
                await WriteAsync(running.Sandbox!, i);

            await using (var second = AgentProcess.Start(master, folder, null, Options))
            {
                var session = await master.AcceptAsync();
                session.Registration.Tasks.Single().Status.State.ShouldBe(TaskState.Running);
                await WriteAsync(running.Sandbox!, 4);
                await second.KillAsync();
            }
            await WriteAsync(running.Sandbox!, 5);

            await using var last = AgentProcess.Start(master, folder, null, Options);
            var end = await master.AcceptAsync();
            await end.KillAsync(task);
            (await end.EndAsync(task)).State.ShouldBe(TaskState.Killed);
        }
        finally
        {
            TestAgent.KillTasks(folder.File("work"));
        }
    }

    // Afterwards what is kept is the end of all that was written, without a gap, and the file that is written to is short.
    private static async Task WriteAsync(string sandbox, int number)
    {
        var batch = Path.Combine(sandbox, $"batch{number}");
        await File.WriteAllTextAsync(batch + ".new", Lines(number, number + 1));
        File.Move(batch + ".new", batch);
        var output = Path.Combine(sandbox, "stdout");
        await ChangesAsync(sandbox, () => File.Exists(Path.Combine(sandbox, "done")) && File.ReadAllText(Path.Combine(sandbox, "done")) == $"{number + 1}\n");
        await ChangesAsync(sandbox, () => new FileInfo(output).Length < Size && !File.Exists(output + ".rotating"));
        File.Exists(output + ".3").ShouldBeFalse();
        var kept = string.Concat(((string[])[output + ".2", output + ".1", output]).Where(File.Exists).Select(File.ReadAllText));
        Lines(0, number + 1).ShouldEndWith(kept);
        kept.Length.ShouldBeGreaterThanOrEqualTo(Batch * Line);
    }

    private static async Task ChangesAsync(string sandbox, Func<bool> holds)
    {
        using var watcher = new ProcessWatcher();
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watch = watcher.Watch(sandbox, () => changed.TrySetResult());
            if (holds())
                return;
            await changed.Task.BeforeDeadline();
        }
    }

    private static string Lines(int from, int to) => string.Concat(Enumerable.Range(from * Batch, (to - from) * Batch).Select(number => $"{number:D999}\n"));
}
