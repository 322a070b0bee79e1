using Platform.Contracts.Apps;

namespace Platform.Grains.Tests.Deployments;

/// <summary>Holds up the answer to the first start of a deployment until it is let go: what it began goes on meanwhile.</summary>
internal sealed class LateAnswer : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IGrainContext? _activation;
    private int _seen;

    /// <summary>Done when it is on its way.</summary>
    public Task Held => _held.Task;

    /// <summary>Done when the tree was asked to start it again.</summary>
    public Task Asked => _asked.Task;

    public void LetGo() => _letGo.TrySetResult();

    /// <summary>Ends the activation that was started, as idleness would.</summary>
    public async Task DeactivateAsync()
    {
        _activation!.Deactivate(new(DeactivationReasonCode.ActivationIdle, "The test ends it."));
        await _activation.Deactivated.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (IsStart(context))
            _activation ??= context.TargetContext;
        var call = context.Invoke();
        if (context.MethodName == nameof(IGroupGrain.ResumeDeploymentAsync))
            _asked.TrySetResult();
        await call;
    }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (IsStart(context) && Interlocked.Increment(ref _seen) == 1)
        {
            _held.TrySetResult();
            await _letGo.Task;
        }
    }

    private static bool IsStart(IGrainCallContext context) =>
        context.InterfaceMethod.DeclaringType == typeof(IDeploymentGrain) && context.MethodName == nameof(IDeploymentGrain.StartAsync);
}
