using System.Collections.Concurrent;
using System.Reflection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Loses messages on the way from the gate to agents and back, for good: who waits for an answer waits for ever, so that no time-out can help.</summary>
/// <param name="loses">Whether the n-th call (from 0) of a method loses its question.</param>
/// <param name="losesAnswer">Whether it loses its answer. Those that have none lose none.</param>
internal sealed class LostMessages(Func<string, int, bool> loses, Func<string, int, bool> losesAnswer) : IOutgoingGrainCallFilter
{
    private static readonly HashSet<Type> OnTheWay =
        [typeof(IGroupGrain), typeof(IDeploymentGrain), typeof(IAppGrain), typeof(ITaskOwnerGrain), typeof(IAllocatorGrain), typeof(IAgentGrain), typeof(IAgentSession), typeof(IDirectoryGrain)];

    // What tests, readers and agents call is no message between grains.
    private static readonly HashSet<string> FromOutside =
    [
        nameof(IGroupGrain.ChangeAsync), nameof(IGroupGrain.CancelAsync), nameof(IGroupGrain.GetDeploymentsAsync), nameof(IGroupGrain.GetAppsAsync), nameof(IAppGrain.GetStatusAsync),
        nameof(IAgentGrain.RegisterAsync), nameof(IAgentGrain.UpdateAsync), nameof(IAgentGrain.DisconnectAsync), nameof(IAgentGrain.WakeAsync),
    ];

    private readonly ConcurrentDictionary<string, int> _seen = new();

    /// <summary>What was lost, each a method's name.</summary>
    public ConcurrentQueue<string> Lost { get; } = new();

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var name = context.MethodName;
        if (context.InterfaceMethod.DeclaringType is not { } type || !OnTheWay.Contains(type) || FromOutside.Contains(name))
        {
            await context.Invoke();
            return;
        }
        var number = _seen.AddOrUpdate(name, 0, (_, last) => last + 1);
        var isOneWay = context.InterfaceMethod.GetCustomAttribute<OneWayAttribute>() is not null;
        if (loses(name, number))
        {
            Lost.Enqueue(name);
            if (!isOneWay)
                await Task.Delay(Timeout.Infinite);
            return;
        }
        await context.Invoke();
        if (!isOneWay && losesAnswer(name, number))
        {
            Lost.Enqueue(name);
            await Task.Delay(Timeout.Infinite);
        }
    }
}
