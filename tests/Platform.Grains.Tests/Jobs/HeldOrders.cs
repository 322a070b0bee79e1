using System.Collections.Concurrent;
using Platform.Contracts.Agents;

namespace Platform.Grains.Tests.Jobs;

/// <summary>Keeps launches of one owner on their way to the agent until they are let go, and remembers the terms of all.</summary>
internal sealed class HeldOrders(string owner) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<LaunchReply> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;

    /// <summary>Terms of launches, in the order in which they were sent.</summary>
    public ConcurrentQueue<OwnerTerm> Terms { get; } = new();

    /// <summary>The first launch from now on stays on its way.</summary>
    public void HoldNext() => _left = 1;

    /// <summary>Done when a launch is on its way.</summary>
    public Task HeldAsync() => _held.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Lets it go on; what the agent's grain answers.</summary>
    public Task<LaunchReply> ReleaseAsync()
    {
        _released.TrySetResult();
        return _answered.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod.Name != nameof(IAgentGrain.LaunchAsync) || context.Request.GetArgument(1) is not OwnerTerm term || term.Owner != owner)
        {
            await context.Invoke();
            return;
        }
        Terms.Enqueue(term);
        var isHeld = Interlocked.Exchange(ref _left, 0) == 1;
        if (isHeld)
        {
            _held.TrySetResult();
            await _released.Task;
        }
        await context.Invoke();
        if (isHeld)
            _answered.TrySetResult((LaunchReply)context.Result!);
    }
}
