namespace Platform.Core.Agents;

/// <summary>The agents that are known and not in touch yet, or for a moment: until they are, or are given up, what finds no room may find it soon.</summary>
public sealed class AgentsToCome
{
    private readonly HashSet<string> _agents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _came = new(StringComparer.Ordinal);
    private bool _isListed;

    /// <summary>Nobody is waited for.</summary>
    public bool IsNone => _isListed && _agents.Count == 0;

    /// <summary>All agents that are known when the allocator begins.</summary>
    public void Expect(IEnumerable<string> agents)
    {
        if (!_isListed)
            _agents.UnionWith(agents.Except(_came));
        _isListed = true;
        _came.Clear();
    }

    /// <summary>It is there, or will not come.</summary>
    public void Came(string agentId)
    {
        _agents.Remove(agentId);
        if (!_isListed)
            _came.Add(agentId);
    }

    /// <summary>It is out of touch for a moment.</summary>
    public void Left(string agentId)
    {
        _agents.Add(agentId);
        _came.Remove(agentId);
    }
}
