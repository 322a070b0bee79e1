using Microsoft.Extensions.Logging.Abstractions;
using Platform.Agent.Tests.Testing;
using Platform.Agent.Updates;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Updates;

public sealed class UpdateOutboxTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ManualTime _time = new();
    private UpdateJournal _journal;
    private UpdateOutbox _outbox;

    public UpdateOutboxTests() => Open();

    public void Dispose()
    {
        _journal.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_update_is_sent_once_and_again_after_10_20_40_seconds_until_acknowledged()
    {
        var update = Add("a", TaskState.Running);
        _outbox.Take(10).ShouldBe([update]);
        foreach (var seconds in (int[])[10, 20, 40])
        {
            _time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            _outbox.Take(10).ShouldBeEmpty();
            _time.Advance(TimeSpan.FromSeconds(0.1));
            _outbox.Take(10).ShouldBe([update]);
        }
        _outbox.Acknowledge(update.UpdateId).ShouldBe(update);
        _time.Advance(TimeSpan.FromHours(1));
        _outbox.Take(10).ShouldBeEmpty();
    }

    [Fact]
    public void A_new_session_gets_everything_that_is_not_acknowledged_in_order()
    {
        var first = Add("a", TaskState.Running);
        var second = Add("b", TaskState.Running);
        var third = Add("a", TaskState.Finished);
        _outbox.Take(10).ShouldBe([first, second, third]);
        _outbox.Acknowledge(second.UpdateId);
        _outbox.Restart();
        _outbox.Take(10).ShouldBe([first, third]);
    }

    [Fact]
    public void A_journal_that_cannot_be_written_anew_goes_on_as_it_is_and_forgets_nothing()
    {
        // A folder in the place of the file that compaction would write.
        var way = Directory.CreateDirectory(_folder.File("updates.log.new"));
        // 10,000 updates are some 2 MB, more than the 1 MiB from which on it is compacted.
        for (var i = 0; i < 10_000; i++)
            _outbox.Acknowledge(Add("a", TaskState.Running, healthy: i % 2 == 0).UpdateId);
        var waiting = Add("b", TaskState.Finished);
        var size = new FileInfo(_folder.File("updates.log")).Length;
        size.ShouldBeGreaterThan(1024 * 1024);
        Reopen();
        _outbox.Take(10).ShouldBe([waiting]);

        way.Delete();
        Reopen();
        new FileInfo(_folder.File("updates.log")).Length.ShouldBeLessThan(size / 100);
        _outbox.Take(10).ShouldBe([waiting]);
        _journal.Latest("a").ShouldNotBeNull();
    }

    [Fact]
    public void While_nobody_listens_an_update_replaces_one_of_the_same_state()
    {
        Add("a", TaskState.Running);
        var last = Add("a", TaskState.Running, healthy: true);
        _outbox.Take(10).ShouldBe([last]);
        _outbox.Count.ShouldBe(1);
    }

    [Fact]
    public void What_was_not_acknowledged_and_the_last_state_of_each_task_survive_in_the_journal()
    {
        var running = Add("a", TaskState.Running);
        _outbox.Acknowledge(running.UpdateId);
        var other = Add("b", TaskState.Running);
        var gone = Add("c", TaskState.Finished);
        _outbox.Acknowledge(gone.UpdateId);
        _journal.Forget("c");
        _journal.Dispose();
        // As after the loss of power in the middle of a write.
        File.AppendAllText(_folder.File("updates.log"), "{\"update\":{\"task");

        for (var i = 0; i < 2; i++)
        {
            Open();
            _outbox.Take(10).ShouldBe([other]);
            _journal.Latest("a").ShouldBe(running);
            _journal.Latest("c").ShouldBeNull();
            _journal.Tasks().Order().ShouldBe(["a", "b"]);
            _journal.Dispose();
        }
        Open();
    }

    [Fact]
    public void The_journal_stays_small_however_many_updates_go_through_it()
    {
        for (var i = 0; i < 20_000; i++)
        {
            var update = Add("a", i % 2 == 0 ? TaskState.Running : TaskState.Killing);
            _outbox.Acknowledge(update.UpdateId);
        }
        // 20,000 updates are some 4 MB; it is written anew when it has grown to 1 MB.
        new FileInfo(_folder.File("updates.log")).Length.ShouldBeLessThan(1_100_000);
    }

    private TaskUpdate Add(string task, TaskState state, bool? healthy = null) =>
        _outbox.Add(new TaskUpdate { TaskId = task, Owner = "app:/x", State = state, Timestamp = _time.GetUtcNow(), Healthy = healthy });

    private void Reopen()
    {
        _journal.Dispose();
        Open();
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_journal), nameof(_outbox))]
    private void Open()
    {
        _journal = new UpdateJournal(_folder.File("updates.log"), NullLogger.Instance);
        _outbox = new UpdateOutbox(_journal, _time);
    }
}
