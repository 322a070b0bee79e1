namespace Platform.Core.Collections;

/// <summary>Puts numbered things that overtook each other on their way back into their order. Not for several threads at a time.</summary>
/// <typeparam name="T">What is numbered, from 0 on.</typeparam>
public sealed class NumberedFrames<T>
{
    private readonly Dictionary<long, T> _early = [];
    private long _next;

    /// <summary>Takes one in, and returns those whose turn it is now: none while an earlier one is missing. One that was there before counts for nothing.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="frame">It.</param>
    public IReadOnlyList<T> Take(long number, T frame)
    {
        if (number < _next || !_early.TryAdd(number, frame))
            return [];
        if (number > _next)
            return [];
        var ready = new List<T>();
        while (_early.Remove(_next, out var one))
        {
            ready.Add(one);
            _next++;
        }
        return ready;
    }
}
