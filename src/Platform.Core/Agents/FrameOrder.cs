namespace Platform.Core.Agents;

/// <summary>Brings the frames of one session into their order, each once, however they arrive. Not thread-safe.</summary>
public sealed class FrameOrder<TFrame>
{
    private readonly Dictionary<long, TFrame> _early = [];
    private long _next = 1;

    /// <summary>How many wait for one before them.</summary>
    public int Waiting => _early.Count;

    /// <summary>The frames whose turn has come with this one; none if it was there before, or has to wait.</summary>
    /// <param name="number">Its place among the frames of the session, from 1; 0: it has none, and its turn is now.</param>
    /// <param name="frame">The frame.</param>
    public IReadOnlyList<TFrame> Take(long number, TFrame frame)
    {
        if (number == 0)
            return [frame];
        if (number < _next || !_early.TryAdd(number, frame))
            return [];
        var due = new List<TFrame>();
        while (_early.Remove(_next, out var next))
        {
            due.Add(next);
            _next++;
        }
        return due;
    }
}
