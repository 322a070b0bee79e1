namespace Platform.Core.Roles;

/// <summary>The scalars of all agents together: what shares are measured against. Several sorters look at one of these.</summary>
public sealed class FairnessTotals
{
    private readonly Dictionary<string, ResourceQuantities> _agents = new(StringComparer.Ordinal);
    private ResourceQuantities _quantities;

    /// <summary>The sum over all agents.</summary>
    public ResourceQuantities Quantities => _quantities;

    /// <summary>Grows with every change, so that a sorter sees that its shares are old.</summary>
    public long Version { get; private set; }

    /// <summary>Sets the scalars of an agent; replaces what it had.</summary>
    public void Set(string agentId, ResourceQuantities quantities)
    {
        if (_agents.TryGetValue(agentId, out var old))
        {
            if (old == quantities)
                return;
            _quantities -= old;
        }
        _agents[agentId] = quantities;
        _quantities += quantities;
        Version++;
    }

    /// <summary>Takes an agent out; an unknown one is ignored.</summary>
    public void Remove(string agentId)
    {
        if (!_agents.Remove(agentId, out var old))
            return;
        _quantities -= old;
        Version++;
    }
}
