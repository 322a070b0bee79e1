using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Platform.Storage.Records;
using Platform.Storage.Sqlite;
using Platform.Tests.Hosting;

namespace Platform.Storage.Tests;

public sealed class GrainRecordTests
{
    [Fact]
    public async Task Acknowledged_writes_of_every_form_survive_a_crash()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grains = Enumerable.Range(0, 200).Select(i => host.GetGrain<IStoringGrain>($"{i}")).ToList();
        await Task.WhenAll(grains.Select((grain, i) => grain.WriteAllAsync(new Item(i, "x"))));
        await host.CrashAsync();
        for (var i = 0; i < 200; i++)
        {
            var grain = host.GetGrain<IStoringGrain>($"{i}");
            (await grain.GetStateAsync()).ShouldBe(1);
            (await grain.GetItemsAsync()).ShouldBe([new("x", new Item(i, "x"))]);
            (await grain.ReadAsync(0, 10)).ShouldBe([new(1, new Item(i, "x"))]);
        }
    }

    [Fact]
    public async Task What_is_cleared_is_gone_and_can_be_written_again()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(new(1, "x"));
        await grain.ClearAsync();
        await grain.ClearAsync();
        (await grain.GetStateAsync()).ShouldBe(-1);
        await grain.SetStateAsync(6);
        await host.RestartAsync();
        grain = host.GetGrain<IStoringGrain>("a");
        (await grain.GetStateAsync()).ShouldBe(6);
        (await grain.GetItemsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_grain_writes_in_one_turn_is_one_commit()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(new(0, "a"));
        for (var i = 0; i < 20; i++)
        {
            var before = Storage(host).Commits;
            await grain.WriteAllAsync(new(i, "b"));
            (Storage(host).Commits - before).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Writes_of_many_grains_that_wait_for_the_disk_share_one_commit()
    {
        await using var host = await GrainTestHost.StartAsync();
        var storage = Storage(host);
        using var disk = new HeldWrite();
        storage.Write([disk]);
        disk.WaitUntilReached();
        var before = storage.Commits;
        var writes = Enumerable.Range(0, 1000).Select(i => new RecordWrite(GrainId.Create("g", $"{i}"), null, Foreign(i))).ToList();
        writes.ForEach(write => storage.Write([write]));
        disk.Release();
        await Task.WhenAll(writes.Select(write => write.Done));

        // The held one, and one for all others.
        (storage.Commits - before).ShouldBe(2);
    }

    [Fact]
    public async Task A_stale_write_is_refused_and_ends_the_activation_that_made_it_and_not_its_caller()
    {
        await using var host = await GrainTestHost.StartAsync();
        var (grain, caller) = (host.GetGrain<IStoringGrain>("a"), host.GetGrain<IStoringGrain>("caller"));
        await grain.SetStateAsync(1);
        var (before, callers) = (await grain.GetActivationAsync(), await caller.GetActivationAsync());
        await WriteBehindAsync(host, grain, 50);

        await Should.ThrowAsync<InconsistentStateException>(() => caller.SetStateOfAsync("a", 2));

        (await grain.GetActivationAsync()).ShouldNotBe(before);
        (await grain.GetStateAsync()).ShouldBe(50);
        await grain.SetStateAsync(51);
        (await caller.GetActivationAsync()).ShouldBe(callers);
    }

    [Fact]
    public async Task A_stale_write_on_a_timers_tick_ends_the_activation()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.SetStateAsync(1);
        var before = await grain.GetActivationAsync();
        await WriteBehindAsync(host, grain, 50);

        await grain.SetStateOnTickAsync(2);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await grain.GetActivationAsync() == before)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        (await grain.GetStateAsync()).ShouldBe(50);
    }

    [Fact]
    public async Task After_a_write_that_failed_the_grain_knows_only_what_is_stored()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(new(1, "kept"));
        var before = await grain.GetActivationAsync();
        await LimitPagesAsync(host, 1);
        (await Should.ThrowAsync<StorageException>(() => grain.WriteAllAsync(new(2, new string('x', 1_000_000))))).Message.ShouldContain("is full");

        (await grain.GetItemsAsync()).Keys.ShouldBe(["kept"]);
        (await grain.GetStateAsync()).ShouldBe(1);
        (await grain.GetActivationAsync()).ShouldNotBe(before);
        await LimitPagesAsync(host, int.MaxValue);
        await grain.WriteAllAsync(new(3, "later"));
        (await grain.ReadAsync(1, 10)).Select(entry => (entry.Sequence, entry.Value.Number)).ShouldBe([(1, 1), (2, 3)]);
    }

    [Fact]
    public async Task A_grain_with_a_log_alone_keeps_what_could_not_be_stored_for_its_next_write()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<ILoggingGrain>("a");
        await grain.AppendAsync([new(1, "x")]);
        var before = await grain.GetActivationAsync();
        await LimitPagesAsync(host, 1);
        await Should.ThrowAsync<StorageException>(() => grain.AppendAsync([new(2, new string('x', 1_000_000))]));
        await LimitPagesAsync(host, int.MaxValue);
        await grain.AppendAsync([new(3, "x")]);
        (await grain.GetActivationAsync()).ShouldBe(before);
        await host.CrashAsync();
        (await host.GetGrain<ILoggingGrain>("a").ReadAsync(1, 10)).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_log_writes_what_has_piled_up_in_bounded_steps()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<ILoggingGrain>("a");
        await grain.AppendAsync([new(0, "x")]);
        var before = Storage(host).Commits;
        await grain.AppendAsync([.. Enumerable.Range(1, 3500).Select(i => new Item(i, "x"))]);
        (Storage(host).Commits - before).ShouldBe(4, "1,000 entries at a time");
        (await grain.ReadAsync(1, 5000)).ShouldBe(Enumerable.Range(0, 3501));
    }

    [Fact]
    public async Task A_log_gives_rising_numbers_and_forgets_what_is_trimmed()
    {
        await using var host = await GrainTestHost.StartAsync();
        var grain = host.GetGrain<ILoggingGrain>("a");
        await grain.AppendAsync([new(1, ""), new(2, ""), new(3, "")]);
        await grain.TrimAsync(3);
        await host.CrashAsync();
        grain = host.GetGrain<ILoggingGrain>("a");
        (await grain.ReadAsync(1, 10)).ShouldBe([3]);

        // Trimming everything does not begin the numbers anew.
        await grain.TrimAsync(100);
        await host.CrashAsync();
        grain = host.GetGrain<ILoggingGrain>("a");
        await grain.AppendAsync([new(4, "")]);
        (await grain.ReadAsync(4, 1)).ShouldBe([4]);
    }

    private static SqliteStorage Storage(GrainTestHost host) => host.Services.GetRequiredService<SqliteRecordStore>().Storage;

    private static RecordChanges Foreign(int count)
    {
        var changes = new RecordChanges();
        changes.States.Add(new("state", Encoding.UTF8.GetBytes($$"""{"value":{{count}}}""")));
        return changes;
    }

    /// <summary>Something else writes behind the grain's back.</summary>
    private static async Task WriteBehindAsync(GrainTestHost host, IStoringGrain grain, int count)
    {
        var id = grain.GetGrainId();
        var store = host.Services.GetRequiredService<SqliteRecordStore>();
        await store.WriteAsync(id, (await store.ReadAsync(id)).Version, Foreign(count));
    }

    private static async Task LimitPagesAsync(GrainTestHost host, int pages)
    {
        // SQLite answers with the error of a full disk when the file would grow beyond this.
        var limit = new PageLimit(pages);
        Storage(host).Write([limit]);
        await limit.Done;
    }

    private sealed class PageLimit(int pages) : StorageWrite
    {
        protected override InconsistentStateException? Write(Statements statements, long version)
        {
            statements.Scalar($"PRAGMA max_page_count={pages}");
            return null;
        }
    }
}
