using System.Collections.Immutable;

namespace Platform.Core.Placement;

/// <summary>
/// Amounts of scalar resources, in the units of Mesos: cpus in cores, mem and disk in MB, gpus in whole devices.
/// Three decimals count; more are rounded half to even, as Mesos does.
/// </summary>
[GenerateSerializer, Immutable, Alias("Platform.ScalarAmounts")]
public sealed record ScalarAmounts
{
    /// <summary>Nothing of anything.</summary>
    public static readonly ScalarAmounts None = new();

    /// <summary>Cores. Default 0.</summary>
    [Id(0)] public decimal Cpus { get; init; }

    /// <summary>Memory in MB. Default 0.</summary>
    [Id(1)] public decimal Mem { get; init; }

    /// <summary>Disk in MB. Default 0.</summary>
    [Id(2)] public decimal Disk { get; init; }

    /// <summary>Devices. Default 0.</summary>
    [Id(3)] public decimal Gpus { get; init; }

    /// <summary>Resources with names of their own. Default none.</summary>
    [Id(4)] public ImmutableSortedDictionary<string, decimal> Custom { get; init; } = ImmutableSortedDictionary<string, decimal>.Empty;

    /// <summary>Amounts of the four well-known kinds.</summary>
    public static ScalarAmounts Of(decimal cpus = 0, decimal mem = 0, decimal disk = 0, decimal gpus = 0) =>
        new() { Cpus = cpus, Mem = mem, Disk = disk, Gpus = gpus };

    /// <summary>The amount of a kind by its Mesos name; 0 when there is none.</summary>
    public decimal this[string kind] => kind switch
    {
        ResourceKinds.Cpus => Cpus,
        ResourceKinds.Mem => Mem,
        ResourceKinds.Disk => Disk,
        ResourceKinds.Gpus => Gpus,
        _ => Custom.GetValueOrDefault(kind),
    };

    /// <inheritdoc/>
    public bool Equals(ScalarAmounts? other) =>
        other is not null && Cpus == other.Cpus && Mem == other.Mem && Disk == other.Disk && Gpus == other.Gpus
        && Custom.Count == other.Custom.Count && Custom.All(pair => other.Custom.TryGetValue(pair.Key, out var amount) && amount == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cpus, Mem, Disk, Gpus, Custom.Count);
}
