using Platform.Core.Collections;

namespace Platform.Core.Placement;

/// <summary>
/// A volume with a place: it holds its disk from the moment its first task is placed until it is destroyed, whether a task
/// uses it or not, and is charged to its owner and role. A task does not hold the disk of its persistent volumes.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.PersistentVolume")]
public sealed record PersistentVolume
{
    /// <summary>Unique for ever.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>The agent it is on.</summary>
    [Id(1)] public required string AgentId { get; init; }

    /// <summary>Whose it is, for example <c>app:/db</c>.</summary>
    [Id(2)] public required string Owner { get; init; }

    /// <summary>The role that pays. Default <c>*</c>.</summary>
    [Id(3)] public string Role { get; init; } = "*";

    /// <summary>What kind of disk it lives on.</summary>
    [Id(4)] public VolumeKind Kind { get; init; }

    /// <summary>MB; on a mount disk all that the disk has.</summary>
    [Id(5)] public decimal Size { get; init; }

    /// <summary>The path or mount disk that it lives on; null for the agent's work directory.</summary>
    [Id(6)] public string? Root { get; init; }

    /// <summary>The part of its disk that comes from reservations; the rest is unreserved. Default none.</summary>
    [Id(7)] public ValueList<ReservedAmounts> FromReserved { get; init; }

    /// <summary>What placement counts against it: a task that holds disk and is never preempted, of an owner of its own so that constraints do not count it.</summary>
    internal PoolTask Hold() => new()
    {
        Id = Id,
        AgentId = AgentId,
        Owner = "volumes of " + Owner,
        Role = Role,
        Preemptible = false,
        Scalars = Root is null ? ScalarAmounts.Of(disk: Size) : ScalarAmounts.None,
        FromReserved = Root is null ? [.. FromReserved] : [],
        Disks = Root is null ? [] : [new DiskPart(Root, Size, FromReserved.IsEmpty ? "*" : FromReserved[0].Role)],
    };
}
