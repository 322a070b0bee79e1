using Microsoft.Data.Sqlite;
using Platform.Storage.Sqlite;

namespace Platform.Storage.Tests;

/// <summary>The connections that records are read by.</summary>
public sealed class ReadConnectionsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private int _opened;

    [Fact]
    public async Task Who_finds_all_of_them_in_use_waits_without_a_thread()
    {
        using var connections = new ReadConnections(Open, most: 2);
        using var goesOn = new ManualResetEventSlim();
        using var reading = new CountdownEvent(2);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => connections.UseAsync(_ =>
        {
            reading.Signal();
            return goesOn.Wait(Patience);
        }))).ToList();
        reading.Wait(Patience).ShouldBeTrue();

        // On this very thread: it comes back although nobody can read.
        var others = Enumerable.Range(0, 100).Select(i => connections.UseAsync(_ => i)).ToList();
        others.ShouldAllBe(other => !other.IsCompleted);
        goesOn.Set();

        (await Task.WhenAll(readers).WaitAsync(Patience)).ShouldAllBe(read => read);
        (await Task.WhenAll(others).WaitAsync(Patience)).ShouldBe(Enumerable.Range(0, 100));
        _opened.ShouldBe(2);
    }

    [Fact]
    public async Task The_end_waits_for_who_reads_and_refuses_who_waits()
    {
        var connections = new ReadConnections(Open, most: 1);
        using var goesOn = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        var reader = Task.Run(() => connections.UseAsync(statements =>
        {
            reading.Set();
            goesOn.Wait(Patience);
            return statements.Scalar("SELECT 7");
        }));
        reading.Wait(Patience).ShouldBeTrue();
        var waiting = connections.UseAsync(_ => 1);
        var end = Task.Run(connections.Dispose);
        end.IsCompleted.ShouldBeFalse();
        goesOn.Set();

        (await reader.WaitAsync(Patience)).ShouldBe(7L);
        await end.WaitAsync(Patience);
        // It had its turn before the end, or none.
        await waiting.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Patience);
        await Should.ThrowAsync<ObjectDisposedException>(() => connections.UseAsync(_ => 1));
    }

    private Statements Open()
    {
        Interlocked.Increment(ref _opened);
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        return new Statements(connection);
    }
}
