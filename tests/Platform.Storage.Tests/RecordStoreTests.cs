using System.Text;
using Platform.Storage.Records;
using Platform.Storage.Redis;
using Platform.Storage.Sqlite;
using Platform.Tests.Hosting;
using StackExchange.Redis;

namespace Platform.Storage.Tests;

/// <summary>What every store of records does alike.</summary>
public abstract class RecordStoreTests
{
    private static readonly GrainId Grain = GrainId.Create("storing", "a");

    private protected abstract IRecordStore Store { get; }

    [Fact]
    public async Task Nothing_is_stored_at_first()
    {
        var stored = await Store.ReadAsync(Grain);
        stored.Version.ShouldBeNull();
        (stored.States.Count + stored.Collections.Count + stored.Logs.Count).ShouldBe(0);
    }

    [Fact]
    public async Task All_parts_are_stored_in_one_step_and_read_back()
    {
        var changes = new RecordChanges();
        changes.States.Add(new("head", Bytes("h")));
        changes.Collections.Add(new("items", false, [new("one", Bytes("1")), new("two/with slash", Bytes("2"))]));
        changes.Logs.Add(new("log", 1, 1, [Bytes("x"), Bytes("y")]));
        var version = await Store.WriteAsync(Grain, null, changes);

        var stored = await Store.ReadAsync(Grain);
        stored.Version.ShouldBe(version.ShouldNotBeNull());
        Text(stored.States["head"]).ShouldBe("h");
        stored.Collections["items"].Select(item => (item.Key, Text(item.Value))).Order().ShouldBe([("one", "1"), ("two/with slash", "2")]);
        stored.Logs["log"].ShouldBe((1, 3));
        (await Store.ReadEntriesAsync(Grain, "log", 1, 10)).Select(entry => (entry.Sequence, Text(entry.Value))).ShouldBe([(1, "x"), (2, "y")]);
        (await Store.ReadEntriesAsync(Grain, "log", 2, 1)).Select(entry => Text(entry.Value)).ShouldBe(["y"]);
    }

    [Fact]
    public async Task Parts_are_replaced_and_removed()
    {
        var first = await Store.WriteAsync(Grain, null, Items("items", ("a", "1"), ("b", "2"), ("c", "3")));
        var second = await Store.WriteAsync(Grain, first, Items("items", ("a", null), ("b", "22"), ("d", null)));
        second.ShouldNotBe(first);
        (await Store.ReadAsync(Grain)).Collections["items"].Select(item => (item.Key, Text(item.Value))).Order().ShouldBe([("b", "22"), ("c", "3")]);

        var clear = new RecordChanges();
        clear.Collections.Add(new("items", true, [new("e", Bytes("5"))]));
        await Store.WriteAsync(Grain, second, clear);
        (await Store.ReadAsync(Grain)).Collections["items"].Select(item => item.Key).ShouldBe(["e"]);
    }

    [Fact]
    public async Task Clearing_a_collection_leaves_one_whose_name_begins_alike()
    {
        var both = Items("item", ("a", "1"));
        both.Collections.Add(new("items", false, [new("b", Bytes("2"))]));
        var version = await Store.WriteAsync(Grain, null, both);
        var clear = new RecordChanges();
        clear.Collections.Add(new("item", true, []));
        await Store.WriteAsync(Grain, version, clear);
        (await Store.ReadAsync(Grain)).Collections.Keys.ShouldBe(["items"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_that_is_based_on_another_version_changes_nothing(bool expectsNothing)
    {
        var first = await Store.WriteAsync(Grain, null, State("1"));
        var second = await Store.WriteAsync(Grain, first, State("2"));
        var stale = State("stale");
        stale.Logs.Add(new("log", 1, 1, [Bytes("stale")]));
        await Should.ThrowAsync<InconsistentStateException>(() => Store.WriteAsync(Grain, expectsNothing ? null : first, stale));
        var stored = await Store.ReadAsync(Grain);
        (Text(stored.States["head"]), stored.Version, stored.Logs.Count).ShouldBe(("2", second, 0));
    }

    [Fact]
    public async Task A_write_to_a_record_that_is_gone_is_refused() =>
        await Should.ThrowAsync<InconsistentStateException>(() => Store.WriteAsync(Grain, 5, State("1")));

    [Fact]
    public async Task What_is_empty_is_no_record_and_a_new_one_has_no_version_of_before()
    {
        var first = await Store.WriteAsync(Grain, null, State("1"));
        (await Store.WriteAsync(Grain, first, State(null))).ShouldBeNull();
        (await Store.ReadAsync(Grain)).Version.ShouldBeNull();
        var again = await Store.WriteAsync(Grain, null, State("2"));
        again.ShouldNotBe(first);
        await Should.ThrowAsync<InconsistentStateException>(() => Store.WriteAsync(Grain, first, State("late")));
    }

    [Fact]
    public async Task A_log_is_trimmed_at_its_beginning()
    {
        var changes = new RecordChanges();
        changes.Logs.Add(new("log", 1, 1, [.. Enumerable.Range(1, 9).Select(i => Bytes($"{i}"))]));
        var version = await Store.WriteAsync(Grain, null, changes);
        var trim = new RecordChanges();
        trim.Logs.Add(new("log", 8, 10, [Bytes("10")]));
        await Store.WriteAsync(Grain, version, trim);
        (await Store.ReadAsync(Grain)).Logs["log"].ShouldBe((8, 11));
        (await Store.ReadEntriesAsync(Grain, "log", 1, 100)).Select(entry => entry.Sequence).ShouldBe([8, 9, 10]);
    }

    [Fact]
    public async Task A_write_of_many_megabytes_is_one_step_too()
    {
        var changes = State(new string('s', 700_000));
        changes.Collections.Add(new("items", false, [.. Enumerable.Range(0, 4000).Select(i => new KeyValuePair<string, byte[]?>($"{i}", new byte[1000]))]));
        changes.Logs.Add(new("log", 1, 1, [.. Enumerable.Range(0, 300).Select(_ => new byte[1000])]));
        var version = await Store.WriteAsync(Grain, null, changes);
        var stored = await Store.ReadAsync(Grain);
        (stored.Version, stored.States["head"].Length, stored.Collections["items"].Count).ShouldBe((version, 700_000, 4000));
        (await Store.ReadEntriesAsync(Grain, "log", 1, 1000)).Count.ShouldBe(300);

        var remove = new RecordChanges();
        remove.Collections.Add(new("items", false, [.. Enumerable.Range(0, 3999).Select(i => new KeyValuePair<string, byte[]?>($"{i}", null))]));
        await Store.WriteAsync(Grain, version, remove);
        (await Store.ReadAsync(Grain)).Collections["items"].Select(item => item.Key).ShouldBe(["3999"]);
    }

    [Fact]
    public async Task Grains_do_not_meet()
    {
        var other = GrainId.Create("storing", "a/b");
        await Store.WriteAsync(Grain, null, State("1"));
        await Store.WriteAsync(other, null, State("2"));
        Text((await Store.ReadAsync(Grain)).States["head"]).ShouldBe("1");
        Text((await Store.ReadAsync(other)).States["head"]).ShouldBe("2");
    }

    private protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static string Text(byte[] value) => Encoding.UTF8.GetString(value);

    private protected static RecordChanges State(string? value)
    {
        var changes = new RecordChanges();
        changes.States.Add(new("head", value is null ? null : Bytes(value)));
        return changes;
    }

    private static RecordChanges Items(string collection, params (string Key, string? Value)[] items)
    {
        var changes = new RecordChanges();
        changes.Collections.Add(new(collection, false, [.. items.Select(item => new KeyValuePair<string, byte[]?>(item.Key, item.Value is null ? null : Bytes(item.Value)))]));
        return changes;
    }
}

/// <summary>Records in SQLite.</summary>
public sealed class SqliteRecordStoreTests : RecordStoreTests, IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("records-").FullName;
    private readonly SqliteRecordStore _store;

    public SqliteRecordStoreTests()
    {
        _store = new(_directory);
        _store.Open();
    }

    private protected override IRecordStore Store => _store;

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>Records in Redis.</summary>
#pragma warning disable CA1001 // The test framework calls DisposeAsync.
public sealed class RedisRecordStoreTests(RedisFixture redis) : RecordStoreTests, IAsyncLifetime, IClassFixture<RedisFixture>
{
    private readonly RedisRecordStore _store = new($"test-{Guid.NewGuid():N}", ConfigurationOptions.Parse(redis.Server.Address));

    private protected override IRecordStore Store => _store;

    public Task InitializeAsync() => _store.ConnectAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task A_redis_that_is_away_is_told_and_what_it_acknowledged_is_there_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var store = new RedisRecordStore("test", ConfigurationOptions.Parse($"{server.Address},syncTimeout=1000,asyncTimeout=1000"));
        await store.ConnectAsync();
        var grain = GrainId.Create("storing", "a");
        var version = await store.WriteAsync(grain, null, State("1"));
        await server.KillAsync();
        (await Should.ThrowAsync<StorageException>(() => store.WriteAsync(grain, version, State("2")))).Message.ShouldContain("Check that Redis runs");
        await server.RunAsync();
        StoredRecord? stored = null;
        for (var attempt = 0; stored is null; attempt++)
        {
            try
            {
                stored = await store.ReadAsync(grain);
            }
            catch (StorageException) when (attempt < 100)
            {
                // The connection is being made again.
            }
        }

        Text(stored.States["head"]).ShouldBeOneOf("1", "2");
    }
}

#pragma warning restore CA1001

/// <summary>One Redis for all tests of a class.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
