using Platform.Contracts.Apps;
using Platform.Core.Deployments;

namespace Platform.Grains.Tests.Deployments;

/// <summary>Holds up every order of a kind after the first until it is let go.</summary>
internal sealed class LateOrder(DeploymentActionKind kind) : IIncomingGrainCallFilter
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;

    /// <summary>Done when one is on its way.</summary>
    public Task Held => _held.Task;

    public void LetGo() => _letGo.TrySetResult();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName == nameof(IAppGrain.ExecuteAsync) && context.Request.GetArgument(0) is AppOrder order && order.Kind == kind
            && Interlocked.Increment(ref _seen) > 1)
        {
            _held.TrySetResult();
            await _letGo.Task;
        }
        await context.Invoke();
    }
}
