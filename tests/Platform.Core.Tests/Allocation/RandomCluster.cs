using Platform.Core.Allocation;
using Platform.Core.Placement;

namespace Platform.Core.Tests.AllocationModel;

/// <summary>A model to which random events happen, and which knows what must be true after each.</summary>
internal sealed class RandomCluster
{
    private static readonly string[] RoleNames = ["*", "eng", "eng/web", "ops"];

    private readonly Dictionary<string, (string Agent, IReadOnlyList<int> Ports)> _running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Demand> _demands = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    private readonly bool _isQuotaSet;
    private readonly bool _preempts;
    private int _next;

    internal RandomCluster(bool isQuotaSet = false, bool preempts = false)
    {
        _isQuotaSet = isQuotaSet;
        _preempts = preempts;
        for (var index = 0; index < 4; index++)
            AddAgent(index);
        if (isQuotaSet)
        {
            Model.SetQuota("eng", new() { Guarantees = ResourceQuantities.Parse("cpus:4;mem:4096"), Limits = ResourceLimits.Parse("cpus:6;mem:6144") }).ShouldBeEmpty();
            Model.SetQuota("eng/web", new() { Guarantees = ResourceQuantities.Parse("cpus:2;mem:2048") }).ShouldBeEmpty();
        }
        Run();
    }

    internal AllocatorModel Model { get; } = new();

    internal DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal void Apply(int number)
    {
        var value = (uint)number;
        var pick = (int)(value / 10 % 1000);
        var role = RoleNames[pick % RoleNames.Length];
        switch (value % 10)
        {
            case 0:
                Submit(pick, role);
                break;
            case 1:
                Model.Subscribe(new()
                {
                    Id = $"f{pick % 4}",
                    Roles = [role],
                    Capabilities = FrameworkCapabilities.ReservationRefinement,
                }).ShouldBeEmpty();
                break;
            case 2 when Offers is { Count: > 0 } offers:
                var declined = offers[pick % offers.Count];
                Model.Decline(declined.FrameworkId, declined.Id, pick % 20, Now).ShouldBeTrue();
                break;
            case 3 when Offers is { Count: > 0 } offers:
                Accept(offers[pick % offers.Count], pick);
                break;
            case 4 when _leaving.Count > 0 && pick % 2 == 0:
                Release(_leaving.Order(StringComparer.Ordinal).ElementAt(pick / 2 % _leaving.Count));
                break;
            case 4 when _running.Count > 0:
                Release(_running.Keys.Order(StringComparer.Ordinal).ElementAt(pick % _running.Count));
                break;
            case 5 when !_isQuotaSet:
                var agent = $"a{pick % 5}";
                if (Model.RemoveAgent(agent) is { } removed)
                    removed.TaskIds.ToList().ForEach(task => _ = _running.Remove(task) | _leaving.Remove(task));
                else
                    AddAgent(pick % 5);
                break;
            case 6 when !_isQuotaSet:
                Model.SetAvailability($"a{pick % 5}", (AgentAvailability)(pick % 4));
                break;
            case 7:
                Now += TimeSpan.FromSeconds(1 + pick % 30);
                break;
            case 8:
                if (pick % 2 == 0)
                    Model.Suppress($"f{pick % 4}", []);
                else
                    Model.Revive($"f{pick % 4}", []);
                break;
            case 9:
                Model.SetWeight(role, 1 + pick % 3);
                break;
        }
        Run();
    }

    internal void Run()
    {
        var round = Model.Allocate(Now);
        foreach (var placement in round.Placements)
            _running.Add(placement.TaskId, (placement.AgentId, placement.Ports));
        foreach (var victim in round.Preemptions)
            _leaving.Add(victim.TaskId).ShouldBeTrue($"{victim.TaskId} is told twice");
        if (!round.Preemptions.IsEmpty)
            CheckPreemptions(round);
    }

    private void Submit(int pick, string role)
    {
        var demand = new Demand
        {
            Id = $"d{_next++}",
            Owner = $"app:/{pick % 3}",
            Role = role,
            Count = 1 + pick % 7,
            MayPreempt = _preempts,
            Priority = _preempts ? pick / 7 % 5 * 20 : 50,
            DisruptionBudget = _preempts && pick % 3 == 0 ? 2 : null,
            GangSize = pick % 13 == 0 ? 1 + pick % 7 : 0,
            Shape = TaskShape.Of(0.25m * (1 + pick % 4), 256 * (1 + pick % 3), ports: pick % 3),
        };
        _demands.Add(demand.Id, demand);
        Model.SubmitDemand(demand, Now);
    }

    private Demand DemandOf(string task) => _demands[task.Split('#')[0]];

    /// <summary>Victims are of lower priority, within the budget of their owner, and their roles keep what they are guaranteed.</summary>
    private void CheckPreemptions(AllocationRound round)
    {
        foreach (var victim in round.Preemptions)
        {
            var (own, other) = (DemandOf(victim.TaskId), DemandOf(victim.ForTaskId!));
            own.Priority.ShouldBeLessThan(other.Priority, victim.ToString());
            own.Owner.ShouldNotBe(other.Owner);
        }
        if (!_isQuotaSet)
            return;
        foreach (var (role, cpus) in new[] { ("eng", 4m), ("eng/web", 2m) })
        {
            bool IsInside(string task) => DemandOf(task).Role is var own && (own == role || own.StartsWith(role + "/", StringComparison.Ordinal));
            // A victim for a task of the same role gives nothing away.
            if (round.Preemptions.All(victim => !IsInside(victim.TaskId) || IsInside(victim.ForTaskId!)))
                continue;
            var consumed = Model.RoleUsages().Single(usage => usage.Role == role).Consumed.Cpus / 1000m;
            var left = consumed - _leaving.Where(IsInside).Sum(task => DemandOf(task).Shape.Scalars.Cpus);
            left.ShouldBeGreaterThanOrEqualTo(cpus, $"{role} keeps {left} of its {cpus} cpus: {string.Join(", ", round.Preemptions)}");
        }
    }

    /// <summary>What runs and what is offered fits the agents; a task that waits for its victims does not run yet.</summary>
    internal void CheckRunning()
    {
        var ports = _running.Values.SelectMany(task => task.Ports.Select(port => (task.Agent, port))).ToList();
        ports.Distinct().Count().ShouldBe(ports.Count);
        foreach (var agent in Model.Snapshot().Agents)
        {
            var quantities = _running.Where(task => task.Value.Agent == agent.Agent.Id).Aggregate(agent.Offered.Quantities, (sum, task) => sum + Model.ResourcesOf(task.Key)!.Quantities);
            agent.Agent.Total.Quantities.Contains(quantities).ShouldBeTrue($"{agent.Agent.Id} has {agent.Agent.Total}, running and offered are {quantities}");
        }
    }

    internal void Settle()
    {
        while (Model.HasWork)
            Run();
    }

    internal void CheckBooks()
    {
        var snapshot = Model.Snapshot();
        foreach (var agent in snapshot.Agents)
        {
            var held = agent.Used + agent.Offered;
            agent.Agent.Total.Contains(held).ShouldBeTrue($"{agent.Agent.Id} has {agent.Agent.Total}, held are {held}");
            (held + agent.Free).Equals(agent.Agent.Total).ShouldBeTrue($"{agent.Agent.Id}: {held} and {agent.Free} are not {agent.Agent.Total}");
            // Ports are sets, so that a port with two holders shows only in the counts.
            var ports = _running.Values.Where(task => task.Agent == agent.Agent.Id).SelectMany(task => task.Ports).Select(port => (long)port).ToList();
            ports.Distinct().Count().ShouldBe(ports.Count);
            agent.Offered.Ports.Minus(agent.Used.Ports).ShouldBe(agent.Offered.Ports);
        }
        Model.Held.ShouldBe(snapshot.Agents.Aggregate(ResourceQuantities.Empty, (sum, agent) => sum + (agent.Used + agent.Offered).Quantities));
    }

    internal void CheckQuota()
    {
        foreach (var role in Model.RoleUsages())
            role.Quota.Limits.Allows(role.Consumed).ShouldBeTrue($"{role.Role} consumes {role.Consumed}, its limit is {role.Quota.Limits}");
        var free = Model.Snapshot().Agents.Aggregate(ResourceQuantities.Empty, (sum, agent) => sum + agent.Free.Unreserved().Quantities);
        var eng = Model.RoleUsages().Single(role => role.Role == "eng");
        var web = Model.RoleUsages().Single(role => role.Role == "eng/web");
        var needed = ResourceQuantities.Max(eng.Quota.Guarantees - eng.Consumed, web.Quota.Guarantees - web.Consumed);
        free.Contains(needed).ShouldBeTrue($"free are {free}, guarantees still need {needed}");
        // Room under the parent's limit stays for the child's guarantee.
        var room = ResourceQuantities.Parse("cpus:6;mem:6144") - eng.Consumed;
        room.Contains(web.Quota.Guarantees - web.Consumed).ShouldBeTrue();
    }

    internal void ReleaseEverything()
    {
        foreach (var demand in Model.Waiting())
            Model.WithdrawDemand(demand.Demand.Id);
        for (var index = 0; index < 4; index++)
            Model.RemoveFramework($"f{index}");
        Run();
        // What waits for victims runs once these have ended.
        while (_running.Count > 0)
        {
            foreach (var task in _running.Keys.ToList())
                Release(task);
            Run();
        }
    }

    private List<Offer> Offers => [.. Model.Snapshot().Offers];

    private void AddAgent(int index) => Model.SetAgent(new()
    {
        Id = $"a{index}",
        Hostname = $"a{index}",
        Total = Resources.Parse(index == 3 ? "cpus:2;mem:2048;cpus(ops):1;mem(ops):512;ports:[31000-31004]" : "cpus:3;mem:3072;disk:100;ports:[31000-31009]"),
    });

    private void Accept(Offer offer, int pick)
    {
        var task = $"t{_next++}";
        var resources = Resources.Of(offer.Resources.Unallocate().Items.Where(resource => resource.Type == ResourceType.Scalar)
            .Select(resource => resource with { Milli = Math.Max(1, resource.Milli * (1 + pick % 4) / 4) }));
        var result = Model.Accept(offer.FrameworkId, [offer.Id], [new(OfferOperationKind.Launch, resources, task)], pick % 10, Now);
        result.IsDone.ShouldBeTrue();
        _running.Add(task, (offer.AgentId, []));
    }

    private void Release(string task)
    {
        // A framework that was removed has taken its tasks with it.
        Model.Release(task);
        _running.Remove(task);
        _leaving.Remove(task);
    }
}
