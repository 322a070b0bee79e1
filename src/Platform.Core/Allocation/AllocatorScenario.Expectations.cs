using System.Globalization;

namespace Platform.Core.Allocation;

/// <content>Steps that check.</content>
internal sealed partial class AllocatorScenario
{
    private (string Expected, string Actual)? Expect(ReplayStep step)
    {
        switch (step.Verb)
        {
            case "expectInverse":
                return ExpectInverse(step);
            case "expectShare":
                return Compare(step.Number(1).ToString("0.###", CultureInfo.InvariantCulture), ShareOf(step.Text(0)).ToString("0.###", CultureInfo.InvariantCulture));
            case "expectFilters":
                return Compare($"{(int)step.Number(1)}", $"{_allocator.CountFilters(step.Text(0))}");
            case "expectTotal":
                return Compare(ResourceQuantities.Parse(step.Text(0)).ToString(), _allocator.Capacity.ToString());
            case "expectHeld":
                return Compare(ResourceQuantities.Parse(step.Text(0)).ToString(), _allocator.Roles.Sorter.Allocated.ToString());
        }
        var given = _given.ToList();
        _given.Clear();
        switch (step.Verb)
        {
            case "expect":
                return Exactly(step, given);
            case "expectNone":
                return given.Count == 0 ? null : ("nothing", Print(given));
            case "expectOneOf":
                return given.Count == 1 && given[0].Framework == step.Text(0) && given[0].Role == step.Text(1) && IsWhole(given[0], step.Texts(2))
                    ? null : ($"one whole agent of [{string.Join(", ", step.Texts(2))}] for {step.Text(0)} in {step.Text(1)}", Print(given));
            case "expectTotalOneOf":
                return given.Count == 1 && step.Texts(0).Contains(given[0].Agent)
                    ? null : ($"exactly one allocation, of one of [{string.Join(", ", step.Texts(0))}]", Print(given));
            case "expectEachOneOf":
                return EachOneOf(step, given);
            case "expectCounts":
                var expected = step[0].EnumerateObject().Where(entry => entry.Value.GetInt32() > 0)
                    .Select(entry => $"{entry.Name}: {entry.Value.GetInt32()}").Order(StringComparer.Ordinal);
                var actual = given.GroupBy(entry => entry.Framework)
                    .Select(group => $"{group.Key}: {group.Count()}").Order(StringComparer.Ordinal);
                return Compare($"{{{string.Join(", ", expected)}}}", $"{{{string.Join(", ", actual)}}}");
            default:
                throw new FormatException($"unknown allocator step '{step.Verb}'");
        }
    }

    private (string Expected, string Actual)? ExpectInverse(ReplayStep step)
    {
        var expected = step[0].EnumerateArray().Select(pair => $"{pair[0].GetString()} on {pair[1].GetString()}").Order(StringComparer.Ordinal);
        var actual = _asked.Select(pair => $"{pair.Framework} on {pair.Agent}").Order(StringComparer.Ordinal).ToList();
        _asked.Clear();
        return Compare($"[{string.Join(", ", expected)}]", $"[{string.Join(", ", actual)}]");
    }

    /// <summary>The dominant share of a role without its weight.</summary>
    private double ShareOf(string role)
    {
        var held = _allocator.Roles.Find(role)?.Client?.Allocated ?? ResourceQuantities.Empty;
        return _allocator.Capacity.Entries().Where(total => !_allocator.Options.ExcludedFromFairness.Contains(total.Key))
            .Select(total => (double)held.Get(total.Key) / total.Value).DefaultIfEmpty(0).Max();
    }

    private static (string Expected, string Actual)? Exactly(ReplayStep step, List<Given> given)
    {
        var left = given.ToList();
        foreach (var entry in step[0].EnumerateArray())
        {
            var index = left.FindIndex(one => one.Framework == entry[0].GetString() && one.Role == entry[1].GetString()
                && one.Agent == entry[2].GetString() && Matches(one, entry[3].GetString()!));
            if (index < 0)
                return (step[0].GetRawText(), Print(given));
            left.RemoveAt(index);
        }
        return left.Count == 0 ? null : (step[0].GetRawText(), Print(given));
    }

    private static (string Expected, string Actual)? EachOneOf(ReplayStep step, List<Given> given)
    {
        var agents = step.Texts(1);
        var wanted = step[0].EnumerateObject().Select(entry => (Framework: entry.Name, Role: entry.Value.GetString()!)).ToList();
        var isMet = given.Count == wanted.Count
            && wanted.All(want => given.Count(one => one.Framework == want.Framework && one.Role == want.Role && IsWhole(one, agents)) == 1)
            && given.Select(one => one.Agent).Distinct(StringComparer.Ordinal).Count() == given.Count;
        return isMet ? null : ($"one agent of [{string.Join(", ", agents)}] for each of {step[0].GetRawText()}", Print(given));
    }

    private static bool Matches(Given one, string resources) =>
        one.Resources.Equals(resources == "*" ? one.FreeBefore : ScenarioResources.Parse(resources));

    private static bool IsWhole(Given one, List<string> agents) => agents.Contains(one.Agent) && one.Resources.Equals(one.FreeBefore);

    private (string Expected, string Actual)? Alternate(ReplayStep step)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var rounds = (int)step.Number(3);
        for (var round = 1; round <= rounds; round++)
        {
            var given = _given.ToList();
            _given.Clear();
            if (given.Count != 1 || given[0].Role != step.Text(0) || given[0].Agent != step.Text(1) || !Matches(given[0], step.Text(2)))
                return ($"one allocation of {step.Text(2)} on {step.Text(1)} in round {round}", Print(given));
            counts[given[0].Framework] = counts.GetValueOrDefault(given[0].Framework) + 1;
            Recover(Framework(given[0].Framework), given[0].Role, Agent(given[0].Agent), given[0].Resources);
            Advance(_interval.Ticks);
        }
        var expected = step[4].EnumerateObject().OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry => $"{entry.Name}: {entry.Value.GetInt32()}");
        return Compare($"{{{string.Join(", ", expected)}}}", $"{{{string.Join(", ", counts.Select(entry => $"{entry.Key}: {entry.Value}"))}}}");
    }

    private static (string Expected, string Actual)? Compare(string expected, string actual) => expected == actual ? null : (expected, actual);

    private static string Print(List<Given> given) => given.Count == 0
        ? "nothing"
        : $"[{string.Join(", ", given.Select(one => $"[{one.Framework}, {one.Role}, {one.Agent}, {one.Resources}]"))}]";
}
