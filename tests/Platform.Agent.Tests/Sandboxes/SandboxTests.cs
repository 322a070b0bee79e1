using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Processes;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Sandboxes;

public sealed class SandboxTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 4, 0, "0123")]
    [InlineData(6, 100, 6, "6789")]
    [InlineData(-3, 100, 7, "789")] // three bytes before the end
    [InlineData(50, 10, 10, "")]
    [InlineData(-1, 10, 10, "")] // only the length
    public void Parts_of_a_file_are_read_from_the_front_or_from_the_end(long offset, int length, long from, string text)
    {
        _folder.Write("stdout", "0123456789");
        var chunk = Read(new FileRequest { TaskId = "t", Path = "stdout", Offset = offset, Length = length });
        (chunk.Offset, System.Text.Encoding.UTF8.GetString(chunk.Bytes), chunk.Size, chunk.Error).ShouldBe((from, text, 10L, null));
    }

    [Fact]
    public void A_directory_is_listed_with_sizes_and_modes()
    {
        _folder.Write("a.txt", "12345");
        Directory.CreateDirectory(_folder.File("b"));
        File.SetUnixFileMode(_folder.File("a.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var entries = Read(new FileRequest { TaskId = "t", List = true }).Entries;
        entries.Select(e => (e.Name, e.Directory, e.Size)).ShouldBe([("a.txt", false, 5L), ("b", true, 0L)]);
        entries[0].Mode.ShouldBe(0b110_000_000);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("link")]
    [InlineData("dirlink/secret")]
    [InlineData("/dirlink/secret")]
    [InlineData("viadirlink")]
    [InlineData("out/secret")]
    [InlineData("out")]
    public void What_is_outside_of_the_sandbox_is_not_read(string path)
    {
        var sandbox = Directory.CreateDirectory(_folder.File("sandbox")).FullName;
        _folder.Write("secret", "hidden");
        File.CreateSymbolicLink(Path.Combine(sandbox, "link"), _folder.File("secret"));
        Directory.CreateSymbolicLink(Path.Combine(sandbox, "dirlink"), _folder.Path);
        // Inside by their text, outside as the kernel follows them.
        File.CreateSymbolicLink(Path.Combine(sandbox, "viadirlink"), "dirlink/secret");
        Directory.CreateDirectory(Path.Combine(sandbox, "a/b"));
        Directory.CreateSymbolicLink(Path.Combine(sandbox, "a/b/up"), "../..");
        Directory.CreateSymbolicLink(Path.Combine(sandbox, "out"), "a/b/up/..");
        var chunk = SandboxFiles.Read(new FileRequest { TaskId = "t", Path = path }, sandbox);
        chunk.Error.ShouldBe($"{path} is outside of the sandbox");
        chunk.Bytes.ShouldBeEmpty();
        // Nor as the last words of a task, nor as a part that was rotated away.
        SandboxFiles.Tail(sandbox, path.TrimStart('/')).ShouldBeNull();
        File.WriteAllText(Path.Combine(sandbox, "stdout"), "own");
        File.CreateSymbolicLink(Path.Combine(sandbox, "stdout.1"), _folder.File("secret"));
        Text(SandboxFiles.Read(new FileRequest { TaskId = "t", Path = "stdout", Rotation = "" }, sandbox)).ShouldBe("own");
    }

    [Fact]
    public void What_a_link_inside_of_the_sandbox_leads_to_is_read()
    {
        _folder.Write("logs/1.log", "one");
        File.CreateSymbolicLink(_folder.File("current"), "logs/1.log");
        Directory.CreateSymbolicLink(_folder.File("all"), "logs");
        // One that leads out is not listed, because it cannot be read.
        using var other = new TestFolder();
        Directory.CreateSymbolicLink(_folder.File("away"), other.Path);
        File.CreateSymbolicLink(_folder.File("nowhere"), "none");
        Read(new FileRequest { TaskId = "t", List = true }).Entries.Select(entry => entry.Name).ShouldBe(["all", "current", "logs", "nowhere"]);
        Text(Read(new FileRequest { TaskId = "t", Path = "current" })).ShouldBe("one");
        Text(Read(new FileRequest { TaskId = "t", Path = "/all/../all/1.log" })).ShouldBe("one");
    }

    [Fact]
    public void What_was_fetched_is_handed_to_the_user_and_what_is_behind_a_volume_is_not()
    {
        if (Libc.EffectiveUser() != 0)
            return; // Only root can give files away.
        var volume = Directory.CreateDirectory(_folder.File("volume")).FullName;
        _folder.Write("volume/theirs", "");
        _folder.Write("sandbox/sub/fetched", "");
        Directory.CreateSymbolicLink(_folder.File("sandbox/data"), volume);
        File.CreateSymbolicLink(_folder.File("sandbox/link"), _folder.File("volume/theirs"));
        TaskSandbox.GiveTo(new UserAccount(65534, 65534, [65534], "/"), _folder.File("sandbox"));
        OwnerOf(_folder.File("sandbox/sub/fetched")).ShouldBe("65534");
        OwnerOf(_folder.File("volume/theirs")).ShouldBe("0");
        OwnerOf(volume).ShouldBe("0");
    }

    private static string OwnerOf(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u", path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    [Fact]
    public void A_file_that_does_not_exist_is_said_so() =>
        Read(new FileRequest { TaskId = "t", Path = "nothing" }).Error.ShouldBe("There is no nothing of task t");

    [Fact]
    public async Task Output_is_rotated_under_a_writer_without_the_loss_of_a_line()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        // 20,000 lines of 100 bytes with the newline: 2 MB through files of 100 kB, of which 1000 are kept.
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder) with { LogRotateSize = 100_000, LogRotateCount = 1000 });
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("""i=0; while [ $i -lt 20000 ]; do printf '%099d\n' $i; i=$((i + 1)); done; while [ ! -e stdout.2 ]; do sleep 0.01; printf '%099d\n' $i; i=$((i + 1)); done""");
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message);
        string text;
        // The agent may be in the middle of a rotation still.
        lock (LogRotation.Gate)
        {
            var files = Directory.GetFiles(end.Sandbox!).Where(f => f.Contains("/stdout.", StringComparison.Ordinal)).OrderByDescending(f => int.Parse(Path.GetExtension(f)[1..])).Append(Path.Combine(end.Sandbox!, "stdout"));
            text = string.Concat(files.Select(File.ReadAllText));
        }

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToList();
        lines.ShouldBe(Enumerable.Range(0, lines.Count));
        lines.Count.ShouldBeGreaterThanOrEqualTo(20000);
    }

    [Theory]
    [InlineData(0.0, 6.3)] // 7 days x (1 - 0.1 - 0)
    [InlineData(0.5, 2.8)] // 7 days x (1 - 0.1 - 0.5)
    [InlineData(0.95, 0.0)]
    public void The_fuller_the_disk_the_younger_are_the_sandboxes_that_stay(double used, double days) =>
        SandboxCollector.MaximumAge(TimeSpan.FromDays(7), 0.1, used).TotalDays.ShouldBe(days, 0.0001);

    [Fact]
    public void Old_sandboxes_are_removed_and_young_ones_stay()
    {
        var time = new ManualTime();
        using var work = WorkDirectory.Open(_folder.File("work"), NullLogger.Instance);
        var collector = new SandboxCollector(work, TimeSpan.FromDays(10), 0.1, () => (100, 90), time, NullLogger.Instance);
        foreach (var name in (string[])["old", "young"])
        {
            Directory.CreateDirectory(Path.Combine(work.Sandboxes, name, "inner"));
            File.WriteAllText(Path.Combine(work.Ended, name), "");
            collector.Add(name);
            time.Advance(TimeSpan.FromDays(4.5));
        }
        // 10 days x (1 - 0.1 - 0.1) = 8 days; old is 9 days old, young 4.5.
        collector.Collect().ShouldBe(1);
        Directory.Exists(Path.Combine(work.Sandboxes, "old")).ShouldBeFalse();
        Directory.Exists(Path.Combine(work.Sandboxes, "young")).ShouldBeTrue();
    }

    [Fact]
    public async Task Output_can_be_read_through_the_session_while_the_task_runs_and_after()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("echo hello");
        await session.LaunchAsync(task);
        await session.EndAsync(task);
        var chunk = await session.ReadAsync(new FileRequest { RequestId = "r1", TaskId = task.TaskId, Path = "stdout" });
        (chunk.RequestId, System.Text.Encoding.UTF8.GetString(chunk.Bytes)).ShouldBe(("r1", "hello\n"));
        (await session.ReadAsync(new FileRequest { TaskId = "nobody" })).Error.ShouldBe("This agent has no sandbox of task nobody");
    }

    [Fact]
    public async Task A_reader_that_waits_is_answered_when_the_task_writes_and_when_it_ends()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        // It says when the pipes are there: a file of that name would be another thing.
        var task = TestTask.Shell("""mkfifo one two; echo made; read -r line < one; echo "$line"; read -r line < two; echo "$line" """);
        await session.LaunchAsync(task);
        var sandbox = (await session.UpdateAsync(task, TaskState.Running)).Sandbox!;
        var read = new FileRequest { RequestId = "first", TaskId = task.TaskId, Path = "stdout", Rotation = "", WaitSeconds = FileRequest.LongestWait };

        var answer = await session.ReadAsync(read);
        (answer.RequestId, Text(answer), answer.Ended).ShouldBe(("first", "made\n", false));

        var next = session.ReadAsync(read with { RequestId = "next", Offset = 5, Rotation = answer.Rotation });
        await File.WriteAllTextAsync(Path.Combine(sandbox, "one"), "hello\n");
        answer = await next;
        (answer.RequestId, Text(answer), answer.Ended).ShouldBe(("next", "hello\n", false));

        var second = session.ReadAsync(read with { RequestId = "second", Offset = 11, Rotation = answer.Rotation });
        await File.WriteAllTextAsync(Path.Combine(sandbox, "two"), "bye\n");
        answer = await second;
        Text(answer).ShouldBe("bye\n");

        var since = System.Diagnostics.Stopwatch.StartNew();
        var last = await session.ReadAsync(read with { RequestId = "last", Offset = 15, Rotation = answer.Rotation });
        (last.RequestId, Text(last), last.Ended, last.Error).ShouldBe(("last", "", true, null));
        since.Elapsed.TotalSeconds.ShouldBeLessThan(FileRequest.LongestWait, "the end of the task was the answer, not the end of the wait");
    }

    [Fact]
    public async Task A_reader_that_waits_in_vain_is_answered_with_nothing_and_others_meanwhile()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("echo there >&2; exec sleep 100000");
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        var waiting = new FileRequest { TaskId = task.TaskId, Path = "later", WaitSeconds = FileRequest.LongestWait };
        await session.SendAsync(new AgentCommand { ReadFiles = [.. Enumerable.Range(0, 1000).Select(i => waiting with { RequestId = $"w{i}" })] });

        // More readers than the agent lets wait are answered at once, with nothing.
        var early = await session.FileAsync();
        (early.Error, early.Ended, early.Bytes.Length).ShouldBe((null, false, 0));
        var other = await session.FileAsync(chunk => chunk.RequestId == "other", new FileRequest { RequestId = "other", TaskId = task.TaskId, Path = "stderr", WaitSeconds = 5 });
        Text(other).ShouldBe("there\n");
        var brief = await session.FileAsync(chunk => chunk.RequestId == "brief", waiting with { RequestId = "brief", WaitSeconds = 0.05 });
        (brief.Error, brief.Bytes.Length).ShouldBe((null, 0));
    }

    private static string Text(FileChunk chunk) => System.Text.Encoding.UTF8.GetString(chunk.Bytes);

    private FileChunk Read(FileRequest request) => SandboxFiles.Read(request, _folder.Path);
}
