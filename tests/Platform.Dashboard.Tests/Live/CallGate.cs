using System.Collections.Concurrent;

namespace Platform.Dashboard.Tests.Live;

/// <summary>Holds calls of grains back, or drops them, so that a test says what happens meanwhile.</summary>
internal sealed class CallGate : IOutgoingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, Held> _held = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _dropped = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    /// <summary>The next call of a method does not go out before it is let go.</summary>
    /// <param name="type">The grain's interface.</param>
    /// <param name="method">The method.</param>
    /// <param name="answer">The call goes out, and its answer is held.</param>
    public Held Hold(Type type, string method, bool answer = false) => _held[Name(type, method)] = new(answer);

    /// <summary>All calls of a method are lost, as one-way messages may be.</summary>
    public void Drop(Type type, string method) => _dropped[Name(type, method)] = true;

    /// <summary>A method was called.</summary>
    public bool Saw(Type type, string method) => _seen.ContainsKey(Name(type, method));

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        var name = Name(context.InterfaceMethod.DeclaringType!, context.InterfaceMethod.Name);
        _seen[name] = true;
        if (_dropped.ContainsKey(name))
            return;
        if (!_held.TryRemove(name, out var held))
        {
            await context.Invoke();
            return;
        }
        if (held.HoldsAnswer)
            await context.Invoke();
        held.Arrive();
        await held.Go;
        if (!held.HoldsAnswer)
            await context.Invoke();
    }

    private static string Name(Type type, string method) => $"{type.Name}.{method}";

    /// <summary>A call that is held back.</summary>
    public sealed class Held(bool answer)
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HoldsAnswer => answer;

        /// <summary>Done when somebody has called.</summary>
        public Task Arrived => _arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));

        internal Task Go => _go.Task;

        public void LetGo() => _go.TrySetResult();

        internal void Arrive() => _arrived.TrySetResult();
    }
}
