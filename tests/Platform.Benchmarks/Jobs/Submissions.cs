using System.Collections.Concurrent;
using Platform.Contracts.Allocation;
using Platform.Core.Collections;
using Platform.Core.Placement;

namespace Platform.Benchmarks.Jobs;

/// <summary>When each job has handed the demand of a stored run to the allocator.</summary>
internal sealed class Submissions : IOutgoingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _first = new(StringComparer.Ordinal);

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.MethodName == nameof(IAllocatorGrain.SubmitAsync) && context.Request.GetArgument(0) is ValueList<Demand> demands)
        {
            foreach (var demand in demands)
                _first.TryAdd(demand.Owner, DateTimeOffset.UtcNow);
        }
        return context.Invoke();
    }

    /// <summary>Forgets what was handed over before.</summary>
    public void Clear() => _first.Clear();

    /// <summary>Milliseconds after an instant.</summary>
    public double[] Take(DateTimeOffset due) => [.. _first.Values.Select(at => (at - due).TotalMilliseconds)];
}
