using System.Collections.Concurrent;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Core.Allocation;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Platform.Grains.Agents;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Agents;

/// <summary>What tells owners of many agents in few calls.</summary>
public sealed class OwnerPostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedOwner _owner = new();

    [Fact]
    public async Task The_first_waits_for_nobody_and_what_comes_meanwhile_goes_together()
    {
        var goesOn = _owner.Hold();
        var post = new OwnerPost(_ => _owner, _time);
        var first = post.TellAsync("app:/a", Tasks(0));
        await _owner.CalledAsync();
        var others = Enumerable.Range(1, 300).Select(i => post.TellAsync("app:/a", Tasks(i))).ToList();
        goesOn.SetResult();

        await first.WaitAsync(Patience);
        others.ShouldAllBe(told => !told.IsCompleted);
        await PassAsync(Task.WhenAll(others));
        _owner.Calls.Select(call => call.Count).ShouldBe([1, 256, 44]);
        _owner.Calls.SelectMany(call => call).Select(tasks => tasks.AgentId).ShouldBe(Enumerable.Range(0, 301).Select(i => $"agent-{i}"));
    }

    [Fact]
    public async Task What_cannot_be_told_together_is_told_one_by_one_and_only_who_was_not_heard_hears_of_it()
    {
        var goesOn = _owner.Hold();
        _owner.TakesMany = false;
        _owner.Refuses = "agent-2";
        var post = new OwnerPost(_ => _owner, _time);
        var first = post.TellAsync("app:/a", Tasks(0));
        await _owner.CalledAsync();
        var (second, third) = (post.TellAsync("app:/a", Tasks(1)), post.TellAsync("app:/a", Tasks(2)));
        goesOn.SetResult();

        await PassAsync(Task.WhenAll(first, second));
        await Should.ThrowAsync<TimeoutException>(() => third.WaitAsync(Patience));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_keeps_nobody_waiting_and_counts_when_it_comes_after_all()
    {
        var goesOn = _owner.Hold();
        var post = new OwnerPost(_ => _owner, _time);
        var first = post.TellAsync("app:/a", Tasks(0));
        await _owner.CalledAsync();
        var second = post.TellAsync("app:/a", Tasks(1));
        await PassAsync(second);
        first.IsCompleted.ShouldBeFalse();
        goesOn.SetResult();
        await first.WaitAsync(Patience);
    }

    [Fact]
    public async Task Owners_do_not_wait_for_each_other_and_one_that_is_of_no_kind_hears_nothing()
    {
        _owner.Hold();
        var other = new ScriptedOwner();
        var post = new OwnerPost(owner => owner switch { "app:/a" => _owner, "app:/b" => other, _ => null }, _time);
        post.TellAsync("app:/a", Tasks(0)).Ignore();
        await _owner.CalledAsync();

        await post.TellAsync("app:/b", Tasks(0)).WaitAsync(Patience);
        await post.TellAsync("what:else", Tasks(0)).WaitAsync(Patience);
        other.Calls.Count.ShouldBe(1);
    }

    // The clock goes on until it is done.
    private async Task PassAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            _time.Advance(OwnerPost.Collects);
            await Task.Yield();
        }
        await done;
    }

    private static AgentTasks Tasks(int agent) => new() { AgentId = $"agent-{agent}" };

    private sealed class ScriptedOwner : ITaskOwnerGrain
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _held;

        public ConcurrentQueue<ValueList<AgentTasks>> Calls { get; } = new();

        public bool TakesMany { get; set; } = true;

        public string? Refuses { get; set; }

        /// <summary>Holds up the answer to the next call until it is let go.</summary>
        public TaskCompletionSource Hold() => _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task CalledAsync() => _called.Task.WaitAsync(Patience);

        public Task AgentChangedAsync(AgentTasks tasks) => tasks.AgentId == Refuses ? throw new TimeoutException("away") : AnswerAsync([tasks]);

        public Task AgentsChangedAsync(ValueList<AgentTasks> agents) => TakesMany ? AnswerAsync(agents) : throw new NotSupportedException("no such call");

        public Task PlacedAsync(PlacementBatch batch) => throw new NotSupportedException();

        public Task TaskStatusAsync(string agentId, ValueList<TaskUpdate> updates) => throw new NotSupportedException();

        public Task PreemptAsync(ValueList<string> taskIds, string reason, long run) => throw new NotSupportedException();

        public Task GangExpiredAsync(ValueList<string> demandIds, long run) => throw new NotSupportedException();

        public Task NoRoomAsync(ValueList<DemandWithoutRoom> demands, long run) => throw new NotSupportedException();

        public Task ReviewPlacesAsync(ValueList<string> taskIds, long run) => throw new NotSupportedException();

        public Task<ValueList<string>> HeldAsync(string agentId, ValueList<string> taskIds) => throw new NotSupportedException();

        public Task AllocatorStartedAsync(long run) => throw new NotSupportedException();

        public Task WakeAsync() => throw new NotSupportedException();

        private Task AnswerAsync(ValueList<AgentTasks> agents)
        {
            Calls.Enqueue(agents);
            var held = Interlocked.Exchange(ref _held, null);
            _called.TrySetResult();
            return held?.Task ?? Task.CompletedTask;
        }
    }
}
