using System.Text.Json;

namespace Platform.Core.Allocation;

/// <summary>An allocator under the control of a scenario: the scenario moves the clock and says which events trigger a cycle.</summary>
internal sealed partial class AllocatorScenario
{
    private readonly ResourceAllocator _allocator;
    private readonly TimeSpan _interval;
    private readonly List<Given> _given = [];
    private readonly List<(string Framework, string Agent)> _asked = [];
    private HashSet<string>? _whitelist;
    private long _now;
    private long _nextBatch;
    private long _batchSequence;

    internal AllocatorScenario(JsonElement options)
    {
        var (settings, interval) = ScenarioOptions.Read(options);
        _interval = interval;
        _allocator = new(settings with { MinFilterTimeout = interval, FilterZeroDeclines = false });
        _nextBatch = interval.Ticks;
        _batchSequence = _allocator.NextSequence();
    }

    /// <summary>One thing given in a cycle, with all that was free on that agent before the cycle.</summary>
    private sealed record Given(string Framework, string Role, string Agent, Resources Resources, Resources FreeBefore);

    internal (string Expected, string Actual)? Step(ReplayStep step)
    {
        switch (step.Verb)
        {
            case "agent":
            case "agent0":
                AddAgent(step);
                Trigger(step.Verb == "agent");
                return null;
            case "framework":
            case "framework0":
                AddFramework(step);
                _allocator.AddAllCandidates();
                Trigger(step.Verb == "framework");
                return null;
            case "updateAgent":
                UpdateAgent(step.Text(0), agent => agent with { Total = step.Resources(1) });
                return null;
            case "attributes":
                UpdateAgent(step.Text(0), agent => agent with { Attributes = Attributes.Parse(step.Text(1)) });
                return null;
            case "maintenance":
                UpdateAgent(step.Text(0), agent => agent with { Maintenance = step.Has(1) ? WindowAt(step.Number(1)) : null });
                return null;
            case "removeAgent":
                _allocator.RemoveAgent(Agent(step.Text(0)));
                return null;
            case "whitelist":
                SetWhitelist(step.Has(0) ? step.Texts(0) : null);
                return null;
            case "updateFramework":
                UpdateFramework(step);
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
                Trigger(true);
                return null;
            case "hold":
                _allocator.Track(Agent(step.Text(1)), _allocator.ClientOf(FrameworkOrUnknown(step.Text(0)), step.Text(2)), step.Resources(3));
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
                Trigger(true);
                return null;
            case "suppress":
                ResourceAllocator.Suppress(Framework(step.Text(0)), RolesOf(step));
                return null;
            case "setMinAllocatable":
                SetMinAllocatable(step);
                return null;
            case "constraints":
                SetConstraints(step);
                return null;
            case "apply":
            case "operate":
                return Operate(step);
            case "answerInverse":
                AnswerInverse(step);
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
            Trigger(true);
        }
        _now = target;
        _allocator.ExpireFilters(_now);
    }

    private void Trigger(bool isNow)
    {
        if (!isNow)
            return;
        var grants = _allocator.RunCycle();
        var free = new Dictionary<AgentEntry, Resources>();
        foreach (var grant in grants)
            free[grant.Agent] = free.GetValueOrDefault(grant.Agent, grant.Agent.Available).Plus(grant.Resources.NonShared());
        foreach (var grant in grants)
            _given.Add(new(grant.Framework.Id, grant.Role.Path, grant.Agent.Id, grant.Resources, free[grant.Agent]));
        foreach (var (framework, agent) in ResourceAllocator.AskToLeave(_allocator.Agents.Values, _now))
            _asked.Add((framework.Id, agent.Id));
    }

    private IEnumerable<string> RolesOf(ReplayStep step) => step.Has(1) ? step.Texts(1) : Framework(step.Text(0)).Subscription.Roles;

    private AgentEntry Agent(string id) => _allocator.Agents.GetValueOrDefault(id) ?? throw new FormatException($"there is no agent '{id}'");

    private FrameworkEntry Framework(string id) =>
        _allocator.Frameworks.GetValueOrDefault(id) ?? throw new FormatException($"there is no framework '{id}'");
}
