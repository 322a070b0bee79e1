using System.Collections.Immutable;
using System.Runtime.Intrinsics;

namespace Platform.Core.Placement;

/// <summary>Which lane of <see cref="Amounts"/> holds which kind of resource.</summary>
internal sealed class ScalarKinds
{
    public const int Cpus = 0;
    public const int Mem = 1;
    public const int Disk = 2;
    public const int Gpus = 3;

    /// <summary>The number of ports, whole; kept with the scalars so that one compare judges it too.</summary>
    public const int Ports = 4;

    private readonly List<string> names = [ResourceKinds.Cpus, ResourceKinds.Mem, ResourceKinds.Disk, ResourceKinds.Gpus, ResourceKinds.Ports];
    private readonly Dictionary<string, int> lanes = new(StringComparer.Ordinal);

    public ScalarKinds()
    {
        for (var lane = 0; lane < names.Count; lane++) lanes[names[lane]] = lane;
    }

    private ScalarKinds(ScalarKinds other)
    {
        names = [.. other.names];
        lanes = new(other.lanes, StringComparer.Ordinal);
    }

    public int Count => names.Count;

    public string NameOf(int lane) => names[lane];

    public ScalarKinds Clone() => new(this);

    public int LaneOf(string name)
    {
        if (lanes.TryGetValue(name, out var lane)) return lane;
        lane = names.Count;
        names.Add(name);
        lanes[name] = lane;
        return lane;
    }

    public static long Thousandths(decimal amount) => (long)decimal.Round(amount * 1000m, 0, MidpointRounding.ToEven);

    /// <summary>An amount of a lane in its unit.</summary>
    public static decimal InUnits(int lane, long amount) => lane == Ports ? amount : amount / 1000m;

    public Amounts Of(ScalarAmounts scalars, int ports = 0)
    {
        var amounts = new Amounts(Vector512.Create(
            Thousandths(scalars.Cpus), Thousandths(scalars.Mem), Thousandths(scalars.Disk), Thousandths(scalars.Gpus), ports, 0, 0, 0));
        if (scalars.Custom.IsEmpty) return amounts;
        foreach (var (name, amount) in scalars.Custom) amounts = amounts.With(LaneOf(name), Thousandths(amount));
        return amounts;
    }

    /// <summary>Limits by kind; lanes that are not named have none.</summary>
    public Amounts Limits(ImmutableSortedDictionary<string, decimal> left)
    {
        var amounts = new Amounts(Vector512.Create(Unlimited), names.Count > Amounts.MainLanes ? Enumerable.Repeat(Unlimited, names.Count - Amounts.MainLanes).ToArray() : null);
        foreach (var (name, amount) in left) amounts = amounts.With(LaneOf(name), name == ResourceKinds.Ports ? (long)amount : Thousandths(amount));
        return amounts;
    }

    public ScalarAmounts ToScalars(in Amounts amounts)
    {
        var custom = ImmutableSortedDictionary<string, decimal>.Empty;
        for (var lane = Ports + 1; lane < names.Count; lane++)
            if (amounts[lane] != 0) custom = custom.Add(names[lane], amounts[lane] / 1000m);
        return new()
        {
            Cpus = amounts[Cpus] / 1000m,
            Mem = amounts[Mem] / 1000m,
            Disk = amounts[Disk] / 1000m,
            Gpus = amounts[Gpus] / 1000m,
            Custom = custom,
        };
    }

    private const long Unlimited = long.MaxValue / 4;
}
