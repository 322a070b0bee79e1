using System.Collections.Concurrent;
using System.Reflection;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Directory;
using Platform.Contracts.Frameworks;

namespace Platform.Grains.Tests.Hosting;

/// <summary>Loses messages on the way from the gate to agents and back, for good: who waits for an answer waits for ever, so that no time-out can help.</summary>
/// <param name="loses">Whether the n-th call (from 0) of a method loses its question.</param>
/// <param name="losesAnswer">Whether it loses its answer. Those that have none lose none.</param>
internal sealed class LostMessages(Func<string, int, bool> loses, Func<string, int, bool> losesAnswer) : IOutgoingGrainCallFilter
{
    private static readonly HashSet<Type> OnTheWay =
        [typeof(IGroupGrain), typeof(IDeploymentGrain), typeof(IAppGrain), typeof(ITaskOwnerGrain), typeof(IAllocatorGrain), typeof(IAgentGrain), typeof(IAgentSession), typeof(IDirectoryGrain)];

    // What tests, readers and agents call is no message between grains.
    private static readonly HashSet<(Type, string)> FromOutside =
    [
        (typeof(IGroupGrain), nameof(IGroupGrain.ChangeAsync)), (typeof(IGroupGrain), nameof(IGroupGrain.CancelAsync)),
        (typeof(IGroupGrain), nameof(IGroupGrain.GetDeploymentsAsync)), (typeof(IGroupGrain), nameof(IGroupGrain.GetAppsAsync)), (typeof(IAppGrain), nameof(IAppGrain.GetStatusAsync)),
        (typeof(IAgentGrain), nameof(IAgentGrain.RegisterAsync)), (typeof(IAgentGrain), nameof(IAgentGrain.UpdateAsync)), (typeof(IAgentGrain), nameof(IAgentGrain.DisconnectAsync)),
        (typeof(IAllocatorGrain), nameof(IAllocatorGrain.GetStatusAsync)), (typeof(IAllocatorGrain), nameof(IAllocatorGrain.GetReservationsAsync)),
        (typeof(IAllocatorGrain), nameof(IAllocatorGrain.SetMaintenanceAsync)), (typeof(IAllocatorGrain), nameof(IAllocatorGrain.GetInverseOfferAnswersAsync)),
    ];

    private readonly ConcurrentDictionary<string, int> _seen = new();

    /// <summary>What was lost, each a method's name.</summary>
    public ConcurrentQueue<string> Lost { get; } = new();

    // Of frameworks' calls all others are their schedulers'.
    private static bool IsOnTheWay(Type type, string name) =>
        type == typeof(IFrameworkGrain) ? name == nameof(IFrameworkGrain.OfferedAsync) : OnTheWay.Contains(type) && !FromOutside.Contains((type, name));

    // Tests look at offers, too.
    private static bool IsReader(IOutgoingGrainCallContext context, string name) =>
        name == nameof(IAllocatorGrain.GetOffersAsync) && context.SourceContext?.GrainInstance is null;

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var name = context.MethodName;
        if (context.InterfaceMethod.DeclaringType is not { } type || !IsOnTheWay(type, name) || IsReader(context, name))
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
