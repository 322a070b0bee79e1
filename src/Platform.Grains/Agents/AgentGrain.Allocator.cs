using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Grains.Ownership;

namespace Platform.Grains.Agents;

/// <summary>The allocator hears of the agent as it is, one word after the other, each again until it was heard.</summary>
public sealed partial class AgentGrain
{
    private Task _tellingAllocator = Task.CompletedTask;
    private long _news;
    private bool _isWholeNews;

    private IAllocatorGrain Allocator => GrainFactory.GetGrain<IAllocatorGrain>(0);

    /// <summary>Something has changed that the allocator has to know.</summary>
    /// <param name="whole">With all that the agent has and runs, and not only whether it can be used.</param>
    private void TellAllocator(bool whole)
    {
        _news++;
        _isWholeNews |= whole;
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
        for (var heard = 0L; heard != _news && !_isGone;)
            await Insistence.UntilHeardAsync(async () => heard = await SayAsync(), () => !_isGone, time, logger);
    }

    private async Task<long> SayAsync()
    {
        var (news, whole) = (_news, _isWholeNews);
        _isWholeNews = false;
        try
        {
            if (_condition == AgentCondition.Gone)
                await Allocator.AgentRemovedAsync(Id);
            else if (whole && HasSession)
                await Allocator.AgentAddedAsync((await GetStatusAsync())!);
            else
                await Allocator.AgentConditionAsync(Id, _condition == AgentCondition.Recovering && agent.State.Drain is not null ? AgentCondition.Draining : _condition);
            if (whole && _usage is { Slack: not null } usage)
                await Allocator.AgentSlackAsync(Id, usage);
            return news;
        }
        catch
        {
            _isWholeNews |= whole;
            throw;
        }
    }
}
