using Platform.Agent.Tests.Testing;
using Platform.Core.Jobs;

namespace Platform.Agent.Tests.Watching;

/// <summary>Files that appear in watched folders, with a real agent.</summary>
public sealed class FolderWatcherTests
{
    [Fact]
    public async Task A_file_is_told_of_when_it_is_whole()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("in"));
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(Options(master, folder));
        var session = await master.AcceptAsync();
        await session.WatchAsync(Watch(folder));

        using (var slow = File.Create(folder.File("in/slow.csv")))
        {
            slow.Write("half"u8);
            slow.Flush();
            // It is not told before it is closed, but what is whole is.
            folder.Write("in/quick.csv", "all");
            (await session.AppearedAsync()).Path.ShouldBe(folder.File("in/quick.csv"));
            slow.Write("and half"u8);
        }
        (await session.AppearedAsync()).Path.ShouldBe(folder.File("in/slow.csv"));
        folder.Write("moved", "all");
        folder.Write("in/.hidden.csv", "no");
        folder.Write("in/other.txt", "no");
        Directory.CreateDirectory(folder.File("in/folder.csv"));
        File.CreateSymbolicLink(folder.File("in/link.csv"), folder.File("moved"));
        File.Move(folder.File("moved"), folder.File("in/moved.csv"));
        (await session.AppearedAsync()).Path.ShouldBe(folder.File("in/moved.csv"));
        // Written anew, it is another file.
        folder.Write("in/quick.csv", "something else");
        (await session.AppearedAsync()).Path.ShouldBe(folder.File("in/quick.csv"));
    }

    [Fact]
    public async Task A_file_keeps_its_number_until_it_is_taken_also_when_the_agent_dies()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.File("in"));
        await using var master = await TestMaster.StartAsync();
        AppearedFile first;
        await using (var agent = TestAgent.Start(Options(master, folder)))
        {
            var session = await master.AcceptAsync();
            await session.WatchAsync(Watch(folder));
            folder.Write("in/a.csv", "a");
            first = await session.AppearedAsync();
            // Told again within the session, too.
            (await session.AppearedAsync(repeated: true)).ShouldBe(first);
        }

        // One appears while there is no agent.
        folder.Write("in/b.csv", "b");
        await using (var agent = TestAgent.Start(Options(master, folder)))
        {
            var session = await master.AcceptAsync();
            (await session.AppearedAsync(repeated: true)).ShouldBe(first);
            var second = await session.AppearedAsync();
            second.Path.ShouldBe(folder.File("in/b.csv"));
            second.Number.ShouldBeGreaterThan(first.Number);
            await session.SendAsync(new() { TakenFiles = [new("inbox", second.Number)] });
            folder.Write("in/c.csv", "c");
            var third = await session.AppearedAsync();
            third.Path.ShouldBe(folder.File("in/c.csv"));
            await session.SendAsync(new() { TakenFiles = [new("inbox", third.Number)] });
            // What is taken is written before what comes next is told.
            folder.Write("in/d.csv", "d");
            (await session.AppearedAsync()).Path.ShouldBe(folder.File("in/d.csv"));
        }

        await using (var agent = TestAgent.Start(Options(master, folder)))
        {
            var session = await master.AcceptAsync();
            (await session.AppearedAsync(repeated: true)).Path.ShouldBe(folder.File("in/d.csv"));
        }
    }

    [Fact]
    public async Task What_was_there_before_the_job_and_what_the_agent_does_not_allow_is_not_told()
    {
        using var folder = new TestFolder();
        folder.Write("in/old.csv", "old");
        folder.Write("secret/s.csv", "secret");
        Directory.CreateSymbolicLink(folder.File("in/way"), folder.File("secret"));
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(Options(master, folder));
        var session = await master.AcceptAsync();
        session.Registration.WatchFolders.ShouldBe([new("incoming", folder.File("in"))]);
        // As if the job had begun to wait later, so that all that is there at the first look was there before.
        var later = DateTimeOffset.UtcNow.AddHours(1);
        await session.SendAsync(new()
        {
            Watch = new([
                new("thief", folder.File("secret"), "*", DateTimeOffset.UnixEpoch),
                new("thief", folder.File("in/way"), "*", DateTimeOffset.UnixEpoch),
                new("inbox", folder.File("in"), "*", later),
                new("inbox", folder.File("in"), "*.csv", later),
            ]),
        });
        await WrittenAsync(folder.File("work/watched-files.json"), "old.csv");

        folder.Write("in/new.csv", "new");
        folder.Write("in/newer.csv", "newer");

        // Each once, though two patterns mean it.
        AppearedFile[] told = [await session.AppearedAsync(), await session.AppearedAsync()];
        told.Select(file => (file.JobId, file.Path)).ShouldBe([("inbox", folder.File("in/new.csv")), ("inbox", folder.File("in/newer.csv"))], ignoreOrder: true);
    }

    private static AgentOptions Options(TestMaster master, TestFolder folder) => TestAgent.Options(master, folder) with { WatchFolders = [new("incoming", folder.File("in"))] };

    private static FileWatchSet Watch(TestFolder folder) => new([new("inbox", folder.File("in"), "*.csv", DateTimeOffset.UnixEpoch)]);

    private static async Task WrittenAsync(string file, string text)
    {
        var limit = Deadline.Token();
        using var changed = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Created += (_, _) => changed.Release();
        watcher.Changed += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;
        while (!File.Exists(file) || !(await File.ReadAllTextAsync(file, limit)).Contains(text, StringComparison.Ordinal))
            await changed.WaitAsync(limit);
    }
}
