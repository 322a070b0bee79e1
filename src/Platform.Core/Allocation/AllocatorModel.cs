using Platform.Core.Placement;

namespace Platform.Core.Allocation;

/// <summary>
/// The one in-memory model of the cluster's resources: agents, roles, frameworks, demands, offers and the tasks that hold
/// something. It serves demands and frameworks in one fair order: roles by weighted dominant share, and inside a role its
/// owners and frameworks. Not for several threads at once. Callers tell it what happened and then ask for a round; what a
/// round decided is booked when it is returned.
/// </summary>
public sealed partial class AllocatorModel : IDemandTurn
{
    private readonly ResourceAllocator _allocator;
    private readonly PlacementPool _pool;
    private readonly List<TaskPlacement> _placements = [];
    private readonly List<Preemption> _preemptions = [];
    private readonly List<Offer> _newOffers = [];
    private readonly List<RescindedOffer> _rescinded = [];
    private readonly List<InverseOffer> _newInverseOffers = [];
    private readonly List<PendingExplanation> _explanations = [];
    private readonly List<string> _satisfied = [];
    private readonly List<ExpiredGang> _expired = [];
    private readonly List<DemandWithoutRoom> _withoutRoom = [];
    private DateTimeOffset _now;
    private long _round;
    private long _nextId;

    /// <summary>Makes an empty model.</summary>
    /// <param name="options">What the operator decides; null for the defaults.</param>
    /// <param name="strategy">Which agent wins among equals where a demand does not say. Default bin-pack.</param>
    /// <param name="idPrefix">Starts the ids of offers, so that they differ between lives of the model. Default empty.</param>
    public AllocatorModel(AllocatorOptions? options = null, PlacementStrategy strategy = PlacementStrategy.BinPack, string idPrefix = "")
    {
        Options = options ?? new();
        IdPrefix = idPrefix;
        _allocator = new(Options);
        _pool = new(strategy);
    }

    /// <summary>What the operator decided.</summary>
    public AllocatorOptions Options { get; }

    /// <summary>What the ids of offers start with.</summary>
    public string IdPrefix { get; }

    /// <summary>How many agents there are.</summary>
    public int AgentCount => _allocator.Agents.Count;

    /// <summary>How many tasks hold resources.</summary>
    public int TaskCount => _tasks.Count;

    /// <summary>How many offers nobody has answered yet.</summary>
    public int OfferCount => _offers.Count;

    /// <summary>How many tasks of demands wait for a place; system apps not counted.</summary>
    public int WaitingCount => _demands.Values.Sum(entry => entry.Demand.SystemApp ? 0 : entry.Left);

    /// <summary>True when a round could decide something, apart from the passing of time.</summary>
    public bool HasWork => _allocator.HasCandidates || _hungry.Count > 0 || HasOutput;

    private bool HasOutput => _ready.Count + _placements.Count + _preemptions.Count + _newOffers.Count + _rescinded.Count + _newInverseOffers.Count
        + _explanations.Count + _satisfied.Count + _expired.Count + _withoutRoom.Count > 0;

    /// <summary>
    /// Runs a round over all that changed since the last one: ends filters, offers and gangs whose time has come, serves
    /// demands and frameworks in fair order, and tells what was decided. With nothing changed it decides nothing.
    /// </summary>
    /// <param name="now">The time; never before that of an earlier round.</param>
    public AllocationRound Allocate(DateTimeOffset now)
    {
        _now = now;
        _round++;
        foreach (var agent in _allocator.ExpireFilters(now.UtcTicks))
            _allocator.AddCandidate(agent);
        ExpireOffers(now);
        ExpireGangs(now);
        WakeBlocked();
        _allocator.AddAffectedCandidates();
        var turn = _hungry.Count > 0 ? this : null;
        if (_allocator.HasCandidates)
        {
            foreach (var grant in _allocator.RunCycle(turn))
                MakeOffer(grant);
        }
        if (turn is not null)
            ServeAll();
        MakeInverseOffers();
        return Collect();
    }

    private AllocationRound Collect()
    {
        PlaceReady();
        var wakeup = NextWakeup();
        if (!HasOutput)
            return wakeup is null ? AllocationRound.Empty : new() { NextWakeup = wakeup };
        var round = new AllocationRound
        {
            Placements = [.. _placements],
            Preemptions = [.. _preemptions],
            Offers = [.. _newOffers],
            Rescinded = [.. _rescinded],
            InverseOffers = [.. _newInverseOffers],
            Explanations = [.. _explanations],
            Satisfied = [.. _satisfied],
            Expired = [.. _expired],
            WithoutRoom = [.. _withoutRoom],
            NextWakeup = wakeup,
        };
        _placements.Clear();
        _preemptions.Clear();
        _newOffers.Clear();
        _rescinded.Clear();
        _newInverseOffers.Clear();
        _explanations.Clear();
        _satisfied.Clear();
        _expired.Clear();
        _withoutRoom.Clear();
        return round;
    }

    private DateTimeOffset? NextWakeup()
    {
        var ticks = _allocator.NextFilterExpiry ?? long.MaxValue;
        if (_offerExpiries.TryPeek(out _, out var offer))
            ticks = Math.Min(ticks, offer);
        if (_gangDeadlines.TryPeek(out _, out var gang))
            ticks = Math.Min(ticks, gang);
        // Who was asked to leave and has answered is asked again when its filter ends.
        foreach (var agent in _maintained)
        {
            foreach (var client in agent.Held.Keys)
            {
                if (client.Framework is { IsActive: true } framework && !agent.InverseOffered.Contains(framework) && framework.InverseFilters.TryGetValue(agent.Id, out var until))
                    ticks = Math.Min(ticks, until);
            }
        }
        return ticks == long.MaxValue ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    private string NewId(string kind) => $"{IdPrefix}{kind}{_nextId++}";
}
