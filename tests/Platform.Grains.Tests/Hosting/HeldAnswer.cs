namespace Platform.Grains.Tests.Hosting;

/// <summary>Holds up the answer to the first call of a method until it is let go: what was asked for is done meanwhile, and who asked does not know yet.</summary>
internal sealed class HeldAnswer(Type type, string method) : IOutgoingGrainCallFilter
{
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;

    /// <summary>Done when it is on its way.</summary>
    public Task Held => _held.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void LetGo() => _letGo.TrySetResult();

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        await context.Invoke();
        if (context.InterfaceMethod.DeclaringType == type && context.MethodName == method && Interlocked.Increment(ref _seen) == 1)
        {
            _held.TrySetResult();
            await _letGo.Task;
        }
    }
}
