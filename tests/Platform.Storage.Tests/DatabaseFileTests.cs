using System.Collections.Immutable;
using Platform.Storage.Records;
using Platform.Storage.Sqlite;

namespace Platform.Storage.Tests;

public sealed class DatabaseFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("storage-").FullName;

    private string DatabasePath => Path.Combine(_directory, "platform.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

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
    public void A_file_from_before_the_first_release_is_refused_with_what_to_do()
    {
        SqliteStorage.Open(_directory).Dispose();
        using (var connection = Database.Connect(DatabasePath))
        {
            Database.Execute(connection, "PRAGMA user_version=1");
        }

        Refusal().ShouldContain("before the first release");
    }

    [Fact]
    public async Task Writes_after_the_end_are_refused()
    {
        var storage = SqliteStorage.Open(_directory);
        storage.Dispose();
        var write = new RecordWrite(GrainId.Create("g", "a"), null, Changes(1));
        storage.Write([write]);
        (await Should.ThrowAsync<StorageException>(() => write.Done)).Message.ShouldContain("closed");
        await Should.ThrowAsync<StorageException>(() => storage.ReadRecordAsync(GrainId.Create("g", "a")));
    }

    private async Task FillAsync()
    {
        using var storage = SqliteStorage.Open(_directory);
        var writes = Enumerable.Range(0, 2000).Select(i => new RecordWrite(GrainId.Create("g", $"{i}"), null, Changes(200))).ToImmutableArray();
        storage.Write(writes);
        await Task.WhenAll(writes.Select(write => write.Done));
    }

    private static RecordChanges Changes(int bytes)
    {
        var changes = new RecordChanges();
        changes.States.Add(new("s", new byte[bytes]));
        return changes;
    }

    private string Refusal() => Should.Throw<StorageException>(() => SqliteStorage.Open(_directory)).Message;
}
