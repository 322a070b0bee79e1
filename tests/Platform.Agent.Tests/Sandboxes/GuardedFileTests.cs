using System.Diagnostics;
using Platform.Agent.Processes;
using Platform.Agent.Sandboxes;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;

namespace Platform.Agent.Tests.Sandboxes;

/// <summary>What a task puts in the place of files that the agent reads and writes for others.</summary>
public sealed class GuardedFileTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly string _sandbox;
    private readonly string _secret;

    public GuardedFileTests()
    {
        _sandbox = Directory.CreateDirectory(_folder.File("sandbox")).FullName;
        _secret = _folder.File("secret");
        File.WriteAllText(_secret, "hidden");
    }

    public void Dispose() => _folder.Dispose();

    private string Own(string name) => Path.Combine(_sandbox, name);

    [Fact]
    public async Task A_read_that_races_with_links_shows_nothing_from_outside()
    {
        Directory.CreateDirectory(Own("real"));
        File.WriteAllText(Own("real/secret"), "shown");
        Directory.CreateSymbolicLink(Own("out"), _folder.Path);
        using var stop = new CancellationTokenSource();
        var (reads, shown) = (0, 0);
        // A folder that is now one of the sandbox and now a way out of it.
        var swaps = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                _ = Libc.Rename(Own("real"), Own("at"));
                _ = Libc.Rename(Own("at"), Own("real"));
                _ = Libc.Rename(Own("out"), Own("at"));
                _ = Libc.Rename(Own("at"), Own("out"));
            }
        });
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(3) || (shown == 0 && clock.Elapsed < TimeSpan.FromSeconds(30)))
        {
            var chunk = SandboxFiles.Read(new FileRequest { TaskId = "t", Path = "at/secret", Length = 100 }, _sandbox);
            var text = System.Text.Encoding.UTF8.GetString(chunk.Bytes);
            text.ShouldBeOneOf("", "shown");
            shown += text.Length > 0 ? 1 : 0;
            foreach (var entry in SandboxFiles.Read(new FileRequest { TaskId = "t", Path = "at", List = true }, _sandbox).Entries)
                entry.Name.ShouldBe("secret");
            (SandboxFiles.Tail(_sandbox, "at/secret") ?? "").ShouldBeOneOf("", "shown");
            reads++;
        }
        await stop.CancelAsync();
        await swaps;
        (reads, shown).ShouldSatisfyAllConditions(both => both.reads.ShouldBeGreaterThan(100), both => both.shown.ShouldBeGreaterThan(0));
    }

    [Fact]
    public void What_was_swapped_after_it_was_looked_at_is_refused_when_it_is_opened()
    {
        Directory.CreateSymbolicLink(Own("out"), _folder.Path);
        Should.Throw<IOException>(() => GuardedFile.OpenToRead(_sandbox, Own("out/secret"))).Message.ShouldBe("it was moved out of the sandbox as it was read");
        Should.Throw<IOException>(() => GuardedFile.OpenToRead(_sandbox, _secret)).Message.ShouldBe("it was moved out of the sandbox as it was read");
        Should.Throw<IOException>(() => GuardedFile.OpenFolder(_sandbox, Own("out/sandbox/.."), out _));
    }

    [Fact]
    public void A_pipe_keeps_nobody_waiting()
    {
        using (var made = Process.Start("mkfifo", [Own("pipe")]))
            made.WaitForExit();
        SandboxFiles.Read(new FileRequest { TaskId = "t", Path = "pipe" }, _sandbox).Error.ShouldBe("it is no file that could be read");
        SandboxFiles.Tail(_sandbox, "pipe").ShouldBeNull();
    }

    [RootFact]
    public void A_second_name_of_a_file_of_another_user_is_not_read_and_one_of_the_own_is()
    {
        TaskSandbox.GiveTo(new UserAccount(65534, 65534, [65534], "/"), _sandbox);
        // As a user does it where fs.protected_hardlinks is off.
        HardLinks.Make(_secret, Own("stolen"));
        File.WriteAllText(Own("own"), "own");
        _ = Libc.ChangeOwner(Own("own"), 65534, 65534);
        HardLinks.Make(Own("own"), Own("twice"));

        SandboxFiles.Read(new FileRequest { TaskId = "t", Path = "stolen" }, _sandbox).Error.ShouldBe("it is a file of another user, which has a name outside of the sandbox too");
        SandboxFiles.Tail(_sandbox, "stolen").ShouldBeNull();
        SandboxFiles.Head(_sandbox, "stolen", 100).ShouldBeNull();
        SandboxFiles.Tail(_sandbox, "twice").ShouldBe("own");
    }

    [Theory]
    [InlineData("symbolic")]
    [InlineData("hard")]
    [InlineData("pipe")]
    public void Output_goes_to_a_file_of_its_own_whatever_the_task_put_in_its_place(string kind)
    {
        if (kind == "symbolic")
        {
            File.CreateSymbolicLink(Own("stdout"), _secret);
        }
        else if (kind == "hard")
        {
            HardLinks.Make(_secret, Own("stdout"));
        }
        else
        {
            using var made = Process.Start("mkfifo", [Own("stdout")]);
            made.WaitForExit();
        }

        for (var i = 0; i < 2; i++)
        {
            using var output = GuardedFile.OpenOutput(Own("stdout"));
            output.Write("line\n"u8);
        }

        File.ReadAllText(_secret).ShouldBe("hidden");
        File.ReadAllText(Own("stdout")).ShouldBe("line\nline\n");
        new FileInfo(Own("stdout")).LinkTarget.ShouldBeNull();
    }
}
