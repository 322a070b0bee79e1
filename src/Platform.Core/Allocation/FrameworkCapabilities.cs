namespace Platform.Core.Allocation;

/// <summary>What a framework says it can deal with; resources it cannot deal with are not offered. Names as in Mesos.</summary>
[Flags]
[GenerateSerializer, Alias("Platform.FrameworkCapabilities")]
public enum FrameworkCapabilities
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Accepts resources that can be taken back at any time.</summary>
    RevocableResources = 1,

    /// <summary>Understands the state KILLING.</summary>
    TaskKillingState = 2,

    /// <summary>Accepts agents that have GPUs.</summary>
    GpuResources = 4,

    /// <summary>Accepts shared volumes.</summary>
    SharedResources = 8,

    /// <summary>Understands the finer states of lost tasks.</summary>
    PartitionAware = 16,

    /// <summary>May be in several roles.</summary>
    MultiRole = 32,

    /// <summary>Accepts resources with more than one reservation.</summary>
    ReservationRefinement = 64,

    /// <summary>Accepts agents of other regions.</summary>
    RegionAware = 128,
}
