namespace Platform.Core.Roles;

/// <summary>
/// A running sum of scalars over agents. A shared volume counts once on each agent however many hold it, so holders of those
/// are counted one by one.
/// </summary>
internal sealed class QuantityLedger
{
    private Dictionary<(string Agent, Resource Volume), int>? _shared;
    private ResourceQuantities _quantities;

    internal ref readonly ResourceQuantities Quantities => ref _quantities;

    internal bool IsEmpty => _quantities.IsEmpty && _shared is null or { Count: 0 };

    internal void Add(string agentId, Resources resources)
    {
        if (!HasShared(resources))
        {
            _quantities += resources.Quantities;
            return;
        }
        foreach (var resource in resources.Items)
        {
            if (resource.Type == ResourceType.Scalar && (!resource.Shared || Count(agentId, resource, resource.Copies)))
                _quantities = _quantities.With(resource.Name, resource.Milli);
        }
    }

    internal void Subtract(string agentId, Resources resources)
    {
        if (!HasShared(resources))
        {
            _quantities -= resources.Quantities;
            return;
        }
        foreach (var resource in resources.Items)
        {
            if (resource.Type == ResourceType.Scalar && (!resource.Shared || Uncount(agentId, resource, resource.Copies)))
                _quantities -= ResourceQuantities.Empty.With(resource.Name, resource.Milli);
        }
    }

    /// <summary>Takes out all that another ledger, which is a part of this one, holds.</summary>
    internal void Subtract(QuantityLedger part)
    {
        var sharedOfPart = ResourceQuantities.Empty;
        if (part._shared is not null)
        {
            foreach (var ((agent, volume), copies) in part._shared)
            {
                sharedOfPart = sharedOfPart.With(volume.Name, volume.Milli);
                if (Uncount(agent, volume, copies))
                    _quantities -= ResourceQuantities.Empty.With(volume.Name, volume.Milli);
            }
        }
        _quantities -= part._quantities - sharedOfPart;
    }

    internal QuantityLedger Copy() => new()
    {
        _quantities = _quantities,
        _shared = _shared is null ? null : new(_shared),
    };

    private static bool HasShared(Resources resources)
    {
        foreach (var resource in resources.Items)
        {
            if (resource.Shared)
                return true;
        }
        return false;
    }

    /// <summary>True when these are the first holders.</summary>
    private bool Count(string agent, Resource volume, int copies)
    {
        _shared ??= [];
        var key = (agent, volume);
        var before = _shared.GetValueOrDefault(key);
        _shared[key] = before + copies;
        return before == 0;
    }

    /// <summary>True when these were the last holders.</summary>
    private bool Uncount(string agent, Resource volume, int copies)
    {
        var key = (agent, volume);
        if (_shared is null || !_shared.TryGetValue(key, out var before))
            return false;
        if (before > copies)
        {
            _shared[key] = before - copies;
            return false;
        }
        _shared.Remove(key);
        return true;
    }
}
