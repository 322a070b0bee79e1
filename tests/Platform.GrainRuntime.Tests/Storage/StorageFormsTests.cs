using System.Collections.Immutable;
using Platform.GrainRuntime.Sqlite;
using Platform.GrainRuntime.Testing;
using Platform.GrainRuntime.Tests.Grains;

namespace Platform.GrainRuntime.Tests.Storage;

public sealed class StorageFormsTests
{
    private static readonly Item A = new(1, "a");
    private static readonly Item B = new(2, "b");

    [Fact]
    public async Task Acknowledged_writes_of_every_form_survive_a_crash()
    {
        await using var host = await TestHost.StartAsync();
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
    public async Task State_can_be_cleared_and_written_again()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.SetStateAsync(5);
        await grain.ClearStateAsync();
        await grain.ClearStateAsync();
        (await grain.GetStateAsync()).ShouldBe(-1);
        await grain.SetStateAsync(6);
        await host.RestartAsync();
        (await host.GetGrain<IStoringGrain>("a").GetStateAsync()).ShouldBe(6);
    }

    [Fact]
    public async Task Items_are_added_replaced_removed_and_cleared()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.SetItemsAsync(Changes(("one", A), ("two", A)));
        await grain.SetItemsAsync(Changes(("one", null), ("two", B), ("three", A), ("four", null)));
        await host.CrashAsync();
        grain = host.GetGrain<IStoringGrain>("a");
        (await grain.GetItemsAsync()).OrderBy(pair => pair.Key).ShouldBe([new("three", A), new("two", B)]);
        await grain.ClearItemsAsync();
        await grain.SetItemsAsync(Changes(("five", A)));
        await host.CrashAsync();
        (await host.GetGrain<IStoringGrain>("a").GetItemsAsync()).ShouldBe([new("five", A)]);
    }

    [Fact]
    public async Task A_log_gives_rising_numbers_reads_ranges_and_forgets_what_is_trimmed()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        (await grain.AppendAsync([A, B, A])).ShouldBe(new LogBounds(1, 4));
        (await grain.AppendAsync([B])).ShouldBe(new LogBounds(1, 5));
        (await grain.ReadAsync(2, 2)).ShouldBe([new(2, B), new(3, A)]);
        (await grain.TrimAsync(4)).ShouldBe(new LogBounds(4, 5));
        await host.CrashAsync();
        grain = host.GetGrain<IStoringGrain>("a");
        (await grain.ReadAsync(1, 10)).ShouldBe([new(4, B)]);
        (await grain.AppendAsync([A])).ShouldBe(new LogBounds(4, 6));

        // Trimming everything does not begin the numbers anew.
        (await grain.TrimAsync(100)).ShouldBe(new LogBounds(6, 6));
        await host.CrashAsync();
        (await host.GetGrain<IStoringGrain>("a").AppendAsync([A])).ShouldBe(new LogBounds(6, 7));
    }

    [Fact]
    public async Task Writes_that_a_grain_awaits_together_share_one_commit()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(A);
        for (var i = 0; i < 20; i++)
        {
            var before = host.Silo.Storage.Commits;
            await grain.WriteAllAsync(B);
            (host.Silo.Storage.Commits - before).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Writes_of_many_grains_that_wait_for_the_disk_share_one_commit()
    {
        await using var host = await TestHost.StartAsync();
        var storage = host.Silo.Storage;
        using var disk = new HeldWrite();
        storage.Write([disk]);
        disk.WaitUntilReached();
        var before = storage.Commits;
        var writes = Enumerable.Range(0, 1000).Select(i => new StateWrite(new GrainId("g", $"{i}"), "s", null, [1])).ToList();
        writes.ForEach(write => storage.Write([write]));
        disk.Release();
        await Task.WhenAll(writes.Select(write => write.Done));

        // The held one, and one for all others.
        (storage.Commits - before).ShouldBe(2);
    }

    [Fact]
    public async Task A_write_with_a_stale_version_is_refused_and_spoils_no_other()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.WriteAllAsync(A);
        var id = new GrainId("storing", "a");

        await WriteBehindAsync(host, id);
        var other = host.GetGrain<IStoringGrain>("b").SetStateAsync(7);
        var failure = await Should.ThrowAsync<InconsistentStateException>(() => grain.SetStateAsync(2));
        failure.Message.ShouldContain("grain storing/a");
        await other;

        // The activation ended; the next one has read what is stored.
        (await grain.GetStateAsync()).ShouldBe(50);
        await grain.SetStateAsync(51);
    }

    [Fact]
    public async Task A_stale_write_ends_the_activation_that_made_it_and_not_its_caller()
    {
        await using var host = await TestHost.StartAsync();
        var (grain, caller) = (host.GetGrain<IStoringGrain>("a"), host.GetGrain<IStoringGrain>("caller"));
        await grain.SetStateAsync(1);
        var (before, callers) = (await grain.GetActivationAsync(), await caller.GetActivationAsync());
        await WriteBehindAsync(host, new GrainId("storing", "a"));

        await Should.ThrowAsync<InconsistentStateException>(() => caller.SetStateOfAsync("a", 2));

        (await grain.GetActivationAsync()).ShouldNotBe(before);
        (await caller.GetActivationAsync()).ShouldBe(callers);
    }

    [Fact]
    public async Task A_stale_write_on_a_timers_tick_ends_the_activation()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<IStoringGrain>("a");
        await grain.SetStateAsync(1);
        var before = await grain.GetActivationAsync();
        await WriteBehindAsync(host, new GrainId("storing", "a"));

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
    public async Task A_reentrant_grain_writes_once_for_all_the_calls_it_holds()
    {
        await using var host = await TestHost.StartAsync();
        var grain = host.GetGrain<ICoalescingGrain>("a");
        await grain.AddAsync();
        using var disk = new HeldWrite();
        host.Silo.Storage.Write([disk]);
        disk.WaitUntilReached();
        var calls = Enumerable.Range(0, 500).Select(_ => grain.AddAsync()).ToList();
        await grain.WritesAsync();
        disk.Release();
        await Task.WhenAll(calls);

        // One before, one with the calls that were there at once, one with those that came while it was written.
        (await grain.WritesAsync()).ShouldBeInRange(2, 3);
        await host.CrashAsync();
        (await host.GetGrain<IStoringGrain>("none").GetStateAsync()).ShouldBe(-1);
        var stored = host.Silo.Storage.ReadState(new GrainId("coalescing", "a"), "state")!.Value;
        System.Text.Encoding.UTF8.GetString(stored.Data).ShouldBe("""{"count":501}""");
    }

    /// <summary>Something else writes behind the grain's back.</summary>
    private static async Task WriteBehindAsync(GrainTestHost host, GrainId id)
    {
        var stored = host.Silo.Storage.ReadState(id, "state")!.Value;
        var foreign = new StateWrite(id, "state", stored.Etag, """{"count":50}"""u8.ToArray());
        host.Silo.Storage.Write([foreign]);
        await foreign.Done;
    }

    private static ImmutableDictionary<string, Item?> Changes(params (string Key, Item? Value)[] changes) =>
        changes.ToImmutableDictionary(change => change.Key, change => change.Value);
}
