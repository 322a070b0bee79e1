using Platform.Contracts.Apps;

namespace Platform.Grains.Tests.Deployments;

/// <summary>Holds up what deployments, apps and the gate are told, each message for a while of its own: they arrive in another order than they were sent in.</summary>
internal sealed class RandomDelays(int seed, int mostMilliseconds) : IIncomingGrainCallFilter
{
    private readonly Random _chance = new(seed);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var (type, method) = (context.InterfaceMethod.DeclaringType, context.MethodName);
        if (type == typeof(IDeploymentGrain) || (type == typeof(IAppGrain) && method is nameof(IAppGrain.ExecuteAsync) or nameof(IAppGrain.AbandonAsync)))
        {
            int delay;
            lock (_chance)
                delay = _chance.Next(4) == 0 ? _chance.Next(mostMilliseconds) : 0;
            if (delay > 0)
                await Task.Delay(delay);
        }
        await context.Invoke();
    }
}
