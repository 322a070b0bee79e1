namespace Platform.Contracts.Agents;

/// <summary>Brings the frames of one session into their order, each once, however they arrive. Not thread-safe.</summary>
public sealed class FrameOrder
{
    private readonly Dictionary<long, AgentCommand> _early = [];
    private long _next = 1;

    /// <summary>How many wait for one before them.</summary>
    public int Waiting => _early.Count;

    /// <summary>The frames whose turn has come with this one; none if it was there before, or has to wait.</summary>
    public IReadOnlyList<AgentCommand> Take(AgentCommand frame)
    {
        if (frame.Number == 0)
            return [frame];
        if (frame.Number < _next || !_early.TryAdd(frame.Number, frame))
            return [];
        var due = new List<AgentCommand>();
        while (_early.Remove(_next, out var next))
        {
            due.Add(next);
            _next++;
        }
        return due;
    }
}
