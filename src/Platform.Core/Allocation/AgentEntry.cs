using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>An agent inside the allocator: what it has, who holds what, and what is free.</summary>
internal sealed class AgentEntry(AllocatorAgent agent)
{
    private Resources _available = Resources.Empty;

    internal string Id => Agent.Id;

    internal AllocatorAgent Agent { get; set; } = agent;

    /// <summary>What each client holds, offered or in use, without allocation marks.</summary>
    internal Dictionary<RoleClient, Resources> Held { get; } = [];

    /// <summary>What is free; shared volumes are always free.</summary>
    internal Resources Available
    {
        get => _available;
        set
        {
            _available = value;
            Describe();
        }
    }

    /// <summary>Free scalars that are neither reserved nor revocable.</summary>
    internal ResourceQuantities FreeUnreserved { get; private set; }

    /// <summary>Whether something free is reserved, revocable or not a scalar.</summary>
    internal bool HasSpecial { get; private set; }

    internal bool HasShared { get; private set; }

    internal bool HasGpus { get; set; }

    internal bool IsActive => Agent.Availability == AgentAvailability.Active;

    /// <summary>More is held than there is, since the total shrank.</summary>
    internal bool IsOvercommitted { get; set; }

    /// <summary>How many tasks hold something here.</summary>
    internal int TaskCount { get; set; }

    /// <summary>The version of the allocator at which nobody wanted what is free here; -1 when that is not known.</summary>
    internal long SettledVersion { get; set; } = -1;

    internal Dictionary<RoleClient, OfferFilter>? Filters { get; set; }

    /// <summary>The end of the filter that ends first, in ticks.</summary>
    internal long NextFilterExpiry { get; set; } = long.MaxValue;

    /// <summary>Frameworks that have an inverse offer for this agent.</summary>
    internal HashSet<FrameworkEntry> InverseOffered { get; } = [];

    private void Describe()
    {
        long cpus = 0, gpus = 0, mem = 0, disk = 0;
        var others = ResourceQuantities.Empty;
        HasSpecial = false;
        HasShared = false;
        foreach (var resource in _available.Items)
        {
            if (resource.Type != ResourceType.Scalar || resource.IsReserved || resource.Revocable)
            {
                HasSpecial = true;
                HasShared |= resource.Shared;
                continue;
            }
            switch (resource.Name)
            {
                case ResourceNames.Cpus: cpus += resource.Milli; break;
                case ResourceNames.Gpus: gpus += resource.Milli; break;
                case ResourceNames.Mem: mem += resource.Milli; break;
                case ResourceNames.Disk: disk += resource.Milli; break;
                default: others = others.With(resource.Name, resource.Milli); break;
            }
        }
        FreeUnreserved = ResourceQuantities.Of(cpus, mem, disk, gpus) + others;
    }
}
