using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>A sorter under the control of a scenario.</summary>
internal sealed class SorterReplay
{
    private const string DefaultAgent = "A";

    private readonly FairnessTotals _totals = new();
    private readonly DrfSorter _sorter;

    internal SorterReplay() => _sorter = new(_totals);

    internal (string Expected, string Actual)? Step(ReplayStep step)
    {
        switch (step.Verb)
        {
            case "addAgent":
                _totals.Set(step.Text(0), step.Resources(1).Quantities);
                return null;
            case "removeAgent":
                _totals.Remove(step.Text(0));
                return null;
            case "add":
                _sorter.Add(step.Text(0));
                return null;
            case "activate":
                _sorter.Activate(Client(step));
                return null;
            case "deactivate":
                _sorter.Deactivate(Client(step));
                return null;
            case "remove":
                _sorter.Remove(Client(step));
                return null;
            case "weight":
                _sorter.UpdateWeight(step.Text(0), step.Number(1));
                return null;
            case "allocated":
            case "unallocated":
                var (agent, resources) = AgentAndResources(step);
                if (step.Verb == "allocated")
                    _sorter.Allocate(Client(step), agent, resources);
                else
                    _sorter.Unallocate(Client(step), agent, resources);
                return null;
            case "update":
                Update(step);
                return null;
            case "expectSort":
                return Compare(step.Texts(0), Order());
            case "expectSortAsSet":
                return Compare(step.Texts(0).Order(StringComparer.Ordinal), Order().Order(StringComparer.Ordinal));
            case "expectContains":
                return Compare([$"{step[1].GetBoolean()}"], [$"{_sorter.Find(step.Text(0)) is not null}"]);
            case "expectAllocated":
                // Without a client: of all clients together.
                return step.Has(1)
                    ? Compare([ResourceQuantities.Parse(step.Text(1)).ToString()], [Client(step).Allocated.ToString()])
                    : Compare([ResourceQuantities.Parse(step.Text(0)).ToString()], [_sorter.Allocated.ToString()]);
            case "expectCount":
                return _sorter.Count == (int)step.Number(0) ? null : (step.Text(0), $"{_sorter.Count}");
            default:
                throw new FormatException($"unknown sorter step '{step.Verb}'");
        }
    }

    private void Update(ReplayStep step)
    {
        // ["update", client, old, new], with the agent before or after the resources when it is not the only one.
        if (step.Count >= 4 && !step.Text(1).Contains(':', StringComparison.Ordinal) && step.Text(1).Length > 0)
            _sorter.Update(Client(step), step.Text(1), step.Resources(2), step.Resources(3));
        else
            _sorter.Update(Client(step), step.Has(3) ? step.Text(3) : DefaultAgent, step.Resources(1), step.Resources(2));
    }

    private SorterClient Client(ReplayStep step) =>
        _sorter.Find(step.Text(0)) ?? throw new FormatException($"there is no client '{step.Text(0)}'");

    private List<string> Order() => [.. _sorter.Sort().Select(client => client.Path)];

    private static (string Agent, Resources Resources) AgentAndResources(ReplayStep step)
    {
        if (!step.Has(2))
            return (DefaultAgent, step.Resources(1));
        return step.Text(1).Contains(':', StringComparison.Ordinal) ? (step.Text(2), step.Resources(1)) : (step.Text(1), step.Resources(2));
    }

    private static (string Expected, string Actual)? Compare(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (left, right) = (Print(expected), Print(actual));
        return left == right ? null : (left, right);
    }

    private static string Print(IEnumerable<string> paths) => $"[{string.Join(", ", paths)}]";
}
