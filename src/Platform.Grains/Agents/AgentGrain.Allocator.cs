using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Recovery;
using Platform.Core;
using Platform.Grains.Ownership;

namespace Platform.Grains.Agents;

/// <summary>The allocator hears of the agent as it is, one word after the other, each again until it was heard.</summary>
public sealed partial class AgentGrain
{
    private Task _tellingAllocator = Task.CompletedTask;
    private NewsNumber _word = new(Random.Shared.NextInt64(1, long.MaxValue), 0);

    // Counted: a word that is told beside another one that may be lost says at least as much.
    private long _news;
    private long _heardNews;
    private long _wholeNews;
    private long _heardWholeNews;
    private Resources? _heardSlack;

    private IAllocatorGrain Allocator => GrainFactory.GetGrain<IAllocatorGrain>(0);

    /// <summary>Something has changed that the allocator has to know.</summary>
    /// <param name="whole">With all that the agent has and runs, and not only whether it can be used.</param>
    private void TellAllocator(bool whole)
    {
        _news++;
        if (whole)
            _wholeNews = _news;
        if (_tellingAllocator.IsCompleted)
            _tellingAllocator = TellAllocatorAsync();
    }

    /// <summary>Tells it whether the agent can be used. Done when it has heard, so that what is asked afterwards is answered by it, or after a second.</summary>
    private Task TellAllocatorAndWaitAsync()
    {
        TellAllocator(whole: false);
        return _tellingAllocator.IsCompleted ? Task.CompletedTask : Task.WhenAny(_tellingAllocator, Task.Delay(Insistence.Pause, time));
    }

    private async Task TellAllocatorAsync()
    {
        while (_heardNews != _news && !_isGone)
            await Insistence.UntilHeardAsync(SayAsync, () => !_isGone, time, logger);
    }

    private async Task SayAsync()
    {
        var (news, wholeNews, usage) = (_news, _wholeNews, _usage);
        var whole = wholeNews > _heardWholeNews;
        _word = _word.Next;
        if (_condition == AgentCondition.Gone)
            await Allocator.AgentRemovedAsync(Id, _word);
        else if (whole && HasSession)
            await Allocator.AgentAddedAsync((await GetStatusAsync())!, _word);
        else
            await Allocator.AgentConditionAsync(Id, _condition == AgentCondition.Recovering && agent.State.Drain is not null ? AgentCondition.Draining : _condition, _word);
        if (usage is not null && (whole ? usage.Slack is not null : !Equals(usage.Slack, _heardSlack)))
            await Allocator.AgentSlackAsync(Id, usage);
        _heardSlack = usage?.Slack;
        _heardNews = Math.Max(_heardNews, news);
        _heardWholeNews = Math.Max(_heardWholeNews, wholeNews);
    }
}
