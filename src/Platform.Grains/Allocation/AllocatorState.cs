using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Roles;

namespace Platform.Grains.Allocation;

/// <summary>What operators decided, and the term; all else is told anew by agents and owners.</summary>
[GenerateSerializer, Alias("Platform.AllocatorState")]
public sealed record AllocatorState
{
    /// <summary>Weights by role.</summary>
    [Id(0)] public ValueMap<double> Weights { get; set; }

    /// <summary>Quotas by role.</summary>
    [Id(1)] public ValueMap<Quota> Quotas { get; set; }

    /// <summary>Reservations and volumes made at run time, by agent.</summary>
    [Id(2)] public ValueMap<Resources> Reservations { get; set; }

    /// <summary>The term of the last activation that got through its first write.</summary>
    [Id(3)] public long Run { get; set; }
}
