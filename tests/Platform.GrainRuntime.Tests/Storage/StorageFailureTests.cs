using System.Collections.Immutable;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Storage;

public sealed class StorageFailureTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("storage-").FullName;

    private string DatabasePath => Path.Combine(_directory, "platform.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task On_a_full_disk_the_calls_fail_nothing_is_half_stored_and_later_writes_work()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(new Item(1, "kept"));
        await LimitPagesAsync(host.Silo.Storage, 1);
        var large = new Item(2, new string('x', 1_000_000));
        var failure = await Should.ThrowAsync<StorageException>(() => grain.WriteAllAsync(large));
        failure.Message.ShouldContain("is full");
        failure.Message.ShouldContain("Free some space");

        // What is on disk is what was acknowledged.
        host.Silo.Storage.ReadItems(new GrainId("storing", "a"), "items")!.Value.Items.Select(item => item.Key).ShouldBe(["kept"]);
        host.Silo.Storage.ReadEntries(new GrainId("storing", "a"), "log", 1, 10).Count.ShouldBe(1);

        // With room again, the next write carries what was staged, once.
        await LimitPagesAsync(host.Silo.Storage, int.MaxValue);
        await grain.WriteAllAsync(new Item(3, "later"));
        await host.CrashAsync();
        grain = host.GetGrain<IStoringGrain>("a");
        (await grain.GetItemsAsync()).Values.Select(item => item.Number).Order().ShouldBe([1, 2, 3]);
        (await grain.ReadAsync(1, 10)).Select(entry => (entry.Sequence, entry.Value.Number)).ShouldBe([(1, 1), (2, 2), (3, 3)]);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(DatabasePath, new string('?', 5000));
        Refusal().ShouldContain("damaged or not a database");
        File.ReadAllText(DatabasePath).ShouldBe(new string('?', 5000));
    }

    [Fact]
    public async Task A_truncated_file_is_refused()
    {
        await FillAsync();
        var length = new FileInfo(DatabasePath).Length;
        using (var file = File.OpenWrite(DatabasePath))
        {
            file.SetLength(length / 2);
        }

        Refusal().ShouldContain("damaged");
    }

    [Fact]
    public async Task A_file_with_damaged_pages_is_refused()
    {
        await FillAsync();
        using (var file = File.OpenWrite(DatabasePath))
        {
            file.Seek(4096, SeekOrigin.Begin);
            file.Write(Enumerable.Repeat((byte)0xA5, 3 * 4096).ToArray());
        }

        Refusal().ShouldContain("damaged");
    }

    [Fact]
    public void A_second_opening_is_refused_and_names_the_process_that_has_it()
    {
        using var first = SqliteStorage.Open(_directory);
        Refusal().ShouldContain($"in use by another process (pid {Environment.ProcessId})");
    }

    [Fact]
    public void After_the_first_has_ended_the_directory_can_be_opened_again()
    {
        SqliteStorage.Open(_directory).Dispose();
        SqliteStorage.Open(_directory).Abort();
        SqliteStorage.Open(_directory).Dispose();
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(Path.Combine(_directory, "file"), "");
        Should.Throw<StorageException>(() => SqliteStorage.Open(Path.Combine(_directory, "file", "data"))).Message.ShouldContain("cannot be used");
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused()
    {
        SqliteStorage.Open(_directory).Dispose();
        using (var connection = Database.Connect(DatabasePath))
        {
            Database.Execute(connection, "PRAGMA user_version=99");
        }

        Refusal().ShouldContain("newer version");
    }

    [Fact]
    public async Task Writes_after_the_end_are_refused()
    {
        var storage = SqliteStorage.Open(_directory);
        storage.Dispose();
        var write = new StateWrite(new GrainId("g", "a"), "s", null, [1]);
        storage.Write([write]);
        (await Should.ThrowAsync<StorageException>(() => write.Done)).Message.ShouldContain("closed");
        Should.Throw<StorageException>(() => storage.ReadState(new GrainId("g", "a"), "s"));
    }

    private static async Task LimitPagesAsync(SqliteStorage storage, int pages)
    {
        // SQLite answers with the error of a full disk when the file would grow beyond this.
        var limit = new PageLimit(pages);
        storage.Write([limit]);
        await limit.Done;
    }

    private async Task FillAsync()
    {
        using var storage = SqliteStorage.Open(_directory);
        var writes = Enumerable.Range(0, 2000).Select(i => new StateWrite(new GrainId("g", $"{i}"), "s", null, new byte[200])).ToImmutableArray();
        storage.Write(writes);
        await Task.WhenAll(writes.Select(write => write.Done));
    }

    private string Refusal() => Should.Throw<StorageException>(() => SqliteStorage.Open(_directory)).Message;

    private sealed class PageLimit(int pages) : StorageWrite
    {
        protected override InconsistentStateException? Write(Statements statements, long etag)
        {
            statements.Scalar($"PRAGMA max_page_count={pages}");
            return null;
        }
    }
}
