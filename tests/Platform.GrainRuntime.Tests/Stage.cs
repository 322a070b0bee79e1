using System.Collections.Concurrent;

namespace Platform.GrainRuntime.Tests;

/// <summary>Where test and grains meet: named gates, and a record of what happened.</summary>
public sealed class Stage
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();

    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>Done when somebody opens the gate.</summary>
    public Task WaitAsync(string gate) => Gate(gate).Task;

    public void Open(string gate) => Gate(gate).TrySetResult();

    private TaskCompletionSource Gate(string gate) => _gates.GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
