using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>What one task needs on one agent.</summary>
[GenerateSerializer, Immutable, Alias("Platform.TaskShape")]
public sealed record TaskShape
{
    /// <summary>cpus, mem, disk, gpus and custom scalars.</summary>
    [Id(0)] public ScalarAmounts Scalars { get; init; } = ScalarAmounts.None;

    /// <summary>How many ports of the agent's choice it needs. Default 0.</summary>
    [Id(1)] public int DynamicPorts { get; init; }

    /// <summary>Host ports it must have, each inside the agent's ranges and free. Default none.</summary>
    [Id(2)] public ImmutableArray<int> StaticPorts { get; init; } = [];

    /// <summary>Whether it runs on slack that the agent reports and can be taken back at any time. Default false.</summary>
    [Id(3)] public bool Revocable { get; init; }

    /// <summary>New persistent volumes. Default none.</summary>
    [Id(4)] public ImmutableArray<VolumeRequest> Volumes { get; init; } = [];

    /// <summary>A shape of the four well-known scalars and some ports.</summary>
    public static TaskShape Of(decimal cpus = 0, decimal mem = 0, decimal disk = 0, decimal gpus = 0, int ports = 0) =>
        new() { Scalars = ScalarAmounts.Of(cpus, mem, disk, gpus), DynamicPorts = ports };
}
