using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Platform.Tests.Hosting;

/// <summary>Deactivates idle grains at random before their next call, as idleness does when it comes at the worst time.</summary>
internal sealed class RandomDeactivation : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    /// <summary>The environment variable with the probability, 0 to 1, for a whole test run.</summary>
    public const string Variable = "PLATFORM_TEST_RANDOM_DEACTIVATION";

    private readonly Random _random = new(1);
    private readonly ConcurrentDictionary<GrainId, (IGrainContext Context, int Calls)> _activations = new();

    public static double Probability { get; } =
        double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var probability) ? probability : 0;

    /// <summary>For what holds within one activation only: nothing is deactivated at random there. Of the services of a host that is being built.</summary>
    public static void LeaveOut(IServiceCollection services)
    {
        foreach (var filter in services.Where(service => !service.IsKeyedService && service.ImplementationInstance is RandomDeactivation).ToList())
            services.Remove(filter);
    }

    /// <summary>A call arrives: its grain is not idle until it is over.</summary>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        // Grains that are kept alive are not deactivated by idleness; what they hold in memory is lost in the tests that crash.
        if (context.Grain is not Grain grain || grain.GetType().GetCustomAttribute<KeepAliveAttribute>() is not null)
        {
            await context.Invoke();
            return;
        }

        Count(context.TargetId, context.TargetContext, 1);
        try
        {
            await context.Invoke();
        }
        finally
        {
            Count(context.TargetId, context.TargetContext, -1);
        }
    }

    /// <summary>A call is made: its grain may have been idle for too long.</summary>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (_activations.TryGetValue(context.TargetId, out var activation) && activation.Calls == 0 && IsDue())
        {
            _activations.TryRemove(context.TargetId, out _);
            activation.Context.Deactivate(new(DeactivationReasonCode.ActivationIdle, "The test run deactivates at random."));
        }

        return context.Invoke();
    }

    private void Count(GrainId grain, IGrainContext context, int change) => _activations.AddOrUpdate(
        grain,
        _ => (context, Math.Max(0, change)),
        (_, known) => (context, ReferenceEquals(known.Context, context) ? Math.Max(0, known.Calls + change) : Math.Max(0, change)));

    private bool IsDue()
    {
        lock (_random)
            return _random.NextDouble() < Probability;
    }
}
