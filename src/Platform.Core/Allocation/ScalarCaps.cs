using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <summary>How much of each scalar may still be given, in thousandths: by a role's limits, or by the headroom of the cluster.</summary>
internal readonly struct ScalarCaps
{
    private readonly ImmutableSortedDictionary<string, long>? _others;
    private readonly long _othersDefault;

    private ScalarCaps(long cpus, long gpus, long mem, long disk, ImmutableSortedDictionary<string, long>? others, long othersDefault)
    {
        Cpus = cpus;
        Gpus = gpus;
        Mem = mem;
        Disk = disk;
        _others = others;
        _othersDefault = othersDefault;
    }

    internal static ScalarCaps Unlimited { get; } =
        new(ResourceLimits.Unlimited, ResourceLimits.Unlimited, ResourceLimits.Unlimited, ResourceLimits.Unlimited, null, ResourceLimits.Unlimited);

    internal long Cpus { get; }

    internal long Gpus { get; }

    internal long Mem { get; }

    internal long Disk { get; }

    internal bool IsUnlimited => _othersDefault == ResourceLimits.Unlimited && _others is null
        && Cpus == ResourceLimits.Unlimited && Gpus == ResourceLimits.Unlimited && Mem == ResourceLimits.Unlimited && Disk == ResourceLimits.Unlimited;

    /// <summary>Exactly these quantities and nothing else.</summary>
    internal static ScalarCaps Of(in ResourceQuantities quantities) =>
        new(quantities.Cpus, quantities.Gpus, quantities.Mem, quantities.Disk, quantities.Others, 0);

    /// <summary>What limits leave after a consumption; names without a limit are free.</summary>
    internal static ScalarCaps Of(ResourceLimits limits, in ResourceQuantities consumed)
    {
        if (limits.IsEmpty)
            return Unlimited;
        ImmutableSortedDictionary<string, long>? others = null;
        foreach (var (name, bound) in limits.Bounds)
        {
            if (name is ResourceNames.Cpus or ResourceNames.Gpus or ResourceNames.Mem or ResourceNames.Disk)
                continue;
            others ??= ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
            others = others.Add(name, Math.Max(0, bound - consumed.Get(name)));
        }
        return new(
            Left(limits.Cpus, consumed.Cpus), Left(limits.Gpus, consumed.Gpus), Left(limits.Mem, consumed.Mem), Left(limits.Disk, consumed.Disk),
            others, ResourceLimits.Unlimited);
    }

    internal long Get(string name) => name switch
    {
        ResourceNames.Cpus => Cpus,
        ResourceNames.Gpus => Gpus,
        ResourceNames.Mem => Mem,
        ResourceNames.Disk => Disk,
        _ => _others is not null && _others.TryGetValue(name, out var cap) ? cap : _othersDefault,
    };

    internal ScalarCaps Min(in ScalarCaps other)
    {
        if (other.IsUnlimited)
            return this;
        if (IsUnlimited)
            return other;
        ImmutableSortedDictionary<string, long>? others = null;
        if (_others is not null || other._others is not null)
        {
            others = ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
            foreach (var name in (_others?.Keys ?? []).Concat(other._others?.Keys ?? []))
                others = others.SetItem(name, Math.Min(Get(name), other.Get(name)));
        }
        return new(
            Math.Min(Cpus, other.Cpus), Math.Min(Gpus, other.Gpus), Math.Min(Mem, other.Mem), Math.Min(Disk, other.Disk),
            others, Math.Min(_othersDefault, other._othersDefault));
    }

    /// <summary>Cuts scalars down to the caps. What cannot be divided is kept whole or dropped, and is looked at first.</summary>
    internal Resources Shrink(Resources resources)
    {
        if (IsUnlimited || resources.IsEmpty)
            return resources;
        var used = ResourceQuantities.Empty;
        List<Resource>? kept = null;
        var isChanged = false;
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var resource in resources.Items)
            {
                if (IsDivisible(resource) != (pass == 1))
                    continue;
                var cap = Get(resource.Name);
                var left = cap == ResourceLimits.Unlimited ? cap : cap - used.Get(resource.Name);
                var milli = resource.Milli;
                if (milli > left)
                {
                    isChanged = true;
                    milli = pass == 0 ? 0 : resource.Name == ResourceNames.Gpus ? left / 1000 * 1000 : left;
                }
                if (milli <= 0)
                    continue;
                used = used.With(resource.Name, milli);
                (kept ??= new(resources.Count)).Add(milli == resource.Milli ? resource : resource with { Milli = milli });
            }
        }
        return !isChanged ? resources : kept is null ? Resources.Empty : Resources.Of(kept);
    }

    private static bool IsDivisible(Resource resource) => resource.Disk is null || (resource.Disk.Source is not { IsIndivisible: true } && !resource.IsPersistentVolume);

    private static long Left(long bound, long consumed) => bound == ResourceLimits.Unlimited ? bound : Math.Max(0, bound - consumed);
}
