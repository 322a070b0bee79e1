using Platform.Core.Placement;

namespace Platform.Core.Pods;

/// <summary>Deals out the reserved part of a place to the tasks that share it: the first gets what it needs as long as there is any.</summary>
internal sealed class ReservedShares(IReadOnlyCollection<ReservedAmounts> reserved)
{
    private readonly ReservedAmounts[] _left = [.. reserved];

    /// <summary>Takes for one task.</summary>
    /// <param name="needed">What the task holds.</param>
    /// <param name="ports">Its ports.</param>
    public IReadOnlyCollection<ReservedAmounts> Take(ScalarAmounts needed, IReadOnlyCollection<int> ports)
    {
        if (_left.Length == 0)
            return [];
        var taken = new List<ReservedAmounts>();
        for (var i = 0; i < _left.Length; i++)
        {
            var left = _left[i];
            var part = Least(left.Scalars, needed);
            PortRange[] own = [.. ports.Where(port => left.Ports.Any(range => range.Begin <= port && port <= range.End)).Select(port => new PortRange(port, port))];
            if (part == ScalarAmounts.None && own.Length == 0)
                continue;
            needed = Minus(needed, part);
            _left[i] = left with { Scalars = Minus(left.Scalars, part) };
            taken.Add(left with { Scalars = part, Ports = [.. own] });
        }
        return taken;
    }

    private static ScalarAmounts Least(ScalarAmounts left, ScalarAmounts right) => ScalarAmounts.Of(
        Math.Min(left.Cpus, right.Cpus), Math.Min(left.Mem, right.Mem), Math.Min(left.Disk, right.Disk), Math.Min(left.Gpus, right.Gpus));

    private static ScalarAmounts Minus(ScalarAmounts left, ScalarAmounts right) =>
        left with { Cpus = left.Cpus - right.Cpus, Mem = left.Mem - right.Mem, Disk = left.Disk - right.Disk, Gpus = left.Gpus - right.Gpus };
}
