using System.Collections.Immutable;
using System.Text.Json;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>An allocator under the control of a scenario: the scenario moves the clock and says which events trigger a cycle.</summary>
internal sealed class AllocatorScenario
{
    private readonly ResourceAllocator _allocator;
    private readonly TimeSpan _interval;
    private readonly List<Given> _given = [];
    private long _now;
    private long _nextBatch;
    private long _batchSequence;

    /// <summary>One thing given in a cycle, with all that was free on that agent before the cycle.</summary>
    private sealed record Given(string Framework, string Role, string Agent, Resources Resources, Resources FreeBefore);

    internal AllocatorScenario(JsonElement options)
    {
        var (settings, interval) = ScenarioOptions.Read(options);
        _interval = interval;
        _allocator = new(settings with { MinFilterTimeout = interval, FilterZeroDeclines = false });
        _nextBatch = interval.Ticks;
        _batchSequence = _allocator.NextSequence();
    }

    internal (string Expected, string Actual)? Step(ReplayStep step)
    {
        switch (step.Verb)
        {
            case "agent":
            case "agent0":
                AddAgent(step);
                if (step.Verb == "agent")
                    RunCycle();
                return null;
            case "framework":
            case "framework0":
                AddFramework(step);
                _allocator.AddAllCandidates();
                if (step.Verb == "framework")
                    RunCycle();
                return null;
            case "removeAgent":
                _allocator.RemoveAgent(Agent(step.Text(0)));
                return null;
            case "removeFramework":
                _allocator.RemoveFramework(Framework(step.Text(0)));
                return null;
            case "deactivate":
                _allocator.SetActive(Framework(step.Text(0)), false);
                return null;
            case "reactivate":
            case "activate":
                _allocator.SetActive(Framework(step.Text(0)), true);
                _allocator.AddAllCandidates();
                RunCycle();
                return null;
            case "quota":
                SetQuota(step);
                return null;
            case "weight":
                _allocator.Roles.SetWeight(step.Text(0), step.Number(1));
                return null;
            case "decline":
                Decline(step);
                return null;
            case "revive":
                _allocator.Revive(Framework(step.Text(0)), RolesOf(step));
                _allocator.AddAllCandidates();
                RunCycle();
                return null;
            case "suppress":
                ResourceAllocator.Suppress(Framework(step.Text(0)), RolesOf(step));
                return null;
            case "setMinAllocatable":
                SetMinAllocatable(step);
                return null;
            case "advance":
                Advance(TimeSpan.FromSeconds(step.Number(0)).Ticks);
                return null;
            case "recoverAll":
                RecoverAll();
                return null;
            case "alternate":
                return Alternate(step);
            default:
                return Expect(step);
        }
    }

    private (string Expected, string Actual)? Expect(ReplayStep step)
    {
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
        one.Resources.Equals(resources == "*" ? one.FreeBefore : ReplayStep.ParseResources(resources));

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

    private void AddAgent(ReplayStep step)
    {
        var entry = _allocator.AddAgent(new() { Id = step.Text(0), Hostname = step.Text(0), Total = step.Resources(1) });
        if (step.Has(2))
        {
            foreach (var used in step[2].EnumerateObject())
            {
                var pairs = used.Value[0].ValueKind == JsonValueKind.Array ? used.Value.EnumerateArray().ToList() : [used.Value];
                foreach (var pair in pairs)
                    _allocator.Track(entry, _allocator.ClientOf(FrameworkOrUnknown(used.Name), pair[1].GetString()!), ReplayStep.ParseResources(pair[0].GetString()!));
            }
        }
        _allocator.AddCandidate(entry);
    }

    /// <summary>An agent may come with what a framework holds that has not subscribed yet.</summary>
    private FrameworkEntry FrameworkOrUnknown(string id) =>
        _allocator.Frameworks.TryGetValue(id, out var framework) ? framework : _allocator.AddFramework(new() { Id = id, Roles = [] }, isActive: false);

    private void AddFramework(ReplayStep step)
    {
        var capabilities = FrameworkCapabilities.MultiRole | FrameworkCapabilities.ReservationRefinement;
        foreach (var name in step.Texts(2))
        {
            if (!Enum.TryParse<FrameworkCapabilities>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var capability))
                throw new FormatException($"unknown capability '{name}'");
            capabilities |= capability;
        }
        var subscription = new FrameworkSubscription { Id = step.Text(0), Roles = [.. step.Texts(1)], Capabilities = capabilities };
        if (_allocator.Frameworks.TryGetValue(subscription.Id, out var known))
        {
            _allocator.UpdateFramework(known, subscription);
            _allocator.SetActive(known, true);
        }
        else
        {
            _allocator.AddFramework(subscription, isActive: true);
        }
    }

    private void SetQuota(ReplayStep step)
    {
        var quota = Quota.None;
        if (step.Has(1))
        {
            var guarantees = ResourceQuantities.Parse(step.Text(1));
            quota = new() { Guarantees = guarantees, Limits = ResourceLimits.Parse(step.Has(2) ? step.Text(2) : step.Text(1)) };
        }
        _allocator.Roles.SetQuota(step.Text(0), quota);
        _allocator.Unsettle();
    }

    private void SetMinAllocatable(ReplayStep step)
    {
        var framework = Framework(step.Text(0));
        var minimums = framework.Subscription.MinAllocatable;
        if (step[1].ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in step[1].EnumerateObject())
                minimums = minimums.SetItem(entry.Name, [.. entry.Value.EnumerateArray().Select(text => ResourceQuantities.Parse(text.GetString()!))]);
        }
        else
        {
            ImmutableArray<ResourceQuantities> quantities = [.. step.Texts(1).Select(ResourceQuantities.Parse)];
            foreach (var role in framework.Subscription.Roles)
                minimums = minimums.SetItem(role, quantities);
        }
        _allocator.UpdateFramework(framework, framework.Subscription with { MinAllocatable = minimums, SuppressedRoles = [.. framework.Suppressed] });
        _allocator.Unsettle();
    }

    private void Decline(ReplayStep step)
    {
        var framework = Framework(step.Text(0));
        var agent = Agent(step.Text(1));
        var client = _allocator.ClientOf(framework, step.Text(2));
        var resources = step.Text(3) == "*" ? agent.Held[client] : step.Resources(3);
        Recover(framework, step.Text(2), agent, resources);
        if (step.Has(4))
            _allocator.AddFilter(agent, client, resources, ResourceAllocator.FilterTimeout(step.Number(4)), _now);
    }

    private void Recover(FrameworkEntry framework, string role, AgentEntry agent, Resources resources)
    {
        var client = _allocator.ClientOf(framework, role);
        if (!agent.Held.TryGetValue(client, out var held) || !held.Contains(resources))
            throw new FormatException($"{framework.Id} does not hold {resources} on {agent.Id}");
        _allocator.Untrack(agent, client, resources);
    }

    private void RecoverAll()
    {
        _given.Clear();
        foreach (var agent in _allocator.Agents.Values)
        {
            foreach (var (client, held) in agent.Held.ToList())
                _allocator.Untrack(agent, client, held);
        }
    }

    private void Advance(long ticks)
    {
        var target = _now + ticks;
        while (_nextBatch <= target)
        {
            _now = _nextBatch;
            // Timers due at the same instant fire in the order in which they were made: older filters end before this batch.
            _allocator.ExpireFilters(_now, _batchSequence);
            _nextBatch += _interval.Ticks;
            _batchSequence = _allocator.NextSequence();
            _allocator.AddAllCandidates();
            RunCycle();
        }
        _now = target;
        _allocator.ExpireFilters(_now);
    }

    private void RunCycle()
    {
        var grants = _allocator.RunCycle();
        var free = new Dictionary<AgentEntry, Resources>();
        foreach (var grant in grants)
            free[grant.Agent] = free.GetValueOrDefault(grant.Agent, grant.Agent.Available).Plus(grant.Resources.NonShared());
        foreach (var grant in grants)
            _given.Add(new(grant.Framework.Id, grant.Role.Path, grant.Agent.Id, grant.Resources, free[grant.Agent]));
    }

    private IEnumerable<string> RolesOf(ReplayStep step) => step.Has(1) ? step.Texts(1) : Framework(step.Text(0)).Subscription.Roles;

    private AgentEntry Agent(string id) => _allocator.Agents.GetValueOrDefault(id) ?? throw new FormatException($"there is no agent '{id}'");

    private FrameworkEntry Framework(string id) =>
        _allocator.Frameworks.GetValueOrDefault(id) ?? throw new FormatException($"there is no framework '{id}'");

    private static (string Expected, string Actual)? Compare(string expected, string actual) => expected == actual ? null : (expected, actual);

    private static string Print(List<Given> given) => given.Count == 0
        ? "nothing"
        : $"[{string.Join(", ", given.Select(one => $"[{one.Framework}, {one.Role}, {one.Agent}, {one.Resources}]"))}]";
}
