using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <content>Offers: made, accepted, declined, taken back.</content>
public sealed partial class AllocatorModel
{
    private readonly Dictionary<string, OfferEntry> _offers = new(StringComparer.Ordinal);
    private readonly HashSet<OfferEntry> _offersToSync = [];
    private readonly Dictionary<AgentEntry, List<OfferEntry>> _offersByAgent = [];
    private readonly PriorityQueue<string, long> _offerExpiries = new();

    /// <summary>The offer of an id; null when it is not valid (any more).</summary>
    public Offer? FindOffer(string offerId) => _offers.TryGetValue(offerId, out var entry) ? entry.Offer : null;

    /// <summary>The offers that a framework has not answered yet.</summary>
    public ImmutableArray<Offer> OffersOf(string frameworkId) =>
        [.. _offers.Values.Where(entry => entry.Offer.FrameworkId == frameworkId).Select(entry => entry.Offer)];

    /// <summary>
    /// Declines an offer. What it held is offered to others at once, and to this framework again only after the filter.
    /// </summary>
    /// <param name="frameworkId">Who declines.</param>
    /// <param name="offerId">The offer.</param>
    /// <param name="refuseSeconds">For how long; negative means the default of 5 s, and at most 365 days count.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when the framework has no such offer (any more).</returns>
    public bool Decline(string frameworkId, string offerId, double refuseSeconds, DateTimeOffset now)
    {
        if (!_offers.TryGetValue(offerId, out var entry) || entry.Offer.FrameworkId != frameworkId)
            return false;
        EndOffer(entry);
        _allocator.AddFilter(entry.Agent, entry.Client, entry.Resources, ResourceAllocator.FilterTimeout(refuseSeconds), now.UtcTicks);
        return true;
    }

    /// <summary>
    /// Uses offers of one agent. Operations are done in order, each on what those before it left and made; one that cannot be
    /// done is skipped with its error. What remains is declined.
    /// </summary>
    /// <param name="frameworkId">Who accepts.</param>
    /// <param name="offerIds">The offers; all of one agent and one role.</param>
    /// <param name="operations">What to do with them.</param>
    /// <param name="refuseSeconds">The filter for what remains, as in <see cref="Decline"/>.</param>
    /// <param name="now">The time.</param>
    public AcceptResult Accept(string frameworkId, IReadOnlyCollection<string> offerIds, IReadOnlyCollection<OfferOperation> operations, double refuseSeconds, DateTimeOffset now)
    {
        var entries = new List<OfferEntry>();
        string? error = offerIds.Count == 0 ? "No offers are named" : null;
        foreach (var id in offerIds.Distinct(StringComparer.Ordinal))
        {
            if (_offers.TryGetValue(id, out var entry) && entry.Offer.FrameworkId == frameworkId)
                entries.Add(entry);
            else
                error ??= $"Offer {id} is no longer valid";
        }
        if (error is null && entries.Any(entry => entry.Agent != entries[0].Agent))
            error = "The offers are of different agents; accept those of one agent together";
        if (error is null && entries.Any(entry => entry.Client != entries[0].Client))
            error = "The offers are for different roles; accept those of one role together";
        _now = now > _now ? now : _now;
        if (error is not null)
        {
            // As in Mesos, the valid offers of a bad acceptance are given back.
            foreach (var entry in entries)
                EndOffer(entry);
            return new() { Error = error };
        }
        // The client keeps holding everything until it is known what remains: nothing of it goes to tasks that wait on the agent.
        foreach (var entry in entries)
            Detach(entry, pays: false);
        var (agent, client) = (entries[0].Agent, entries[0].Client);
        var remaining = entries.Aggregate(Resources.Empty, (sum, entry) => sum.Plus(entry.Resources));
        var isChanged = false;
        var errors = operations.Select(operation => Apply(agent, client, operation, ref remaining, ref isChanged)).ToImmutableArray();
        if (!remaining.IsEmpty)
        {
            _allocator.Untrack(agent, client, remaining);
            _allocator.AddCandidate(agent);
            MarkFreed();
            _allocator.AddFilter(agent, client, remaining, ResourceAllocator.FilterTimeout(refuseSeconds), now.UtcTicks);
        }
        if (isChanged)
            RememberReservations(agent);
        Launch(_pool.Pay(agent.Id));
        return new() { AgentId = agent.Id, OperationErrors = errors };
    }

    /// <summary>Takes an offer back.</summary>
    /// <returns>False when there is no such offer.</returns>
    public bool Rescind(string offerId)
    {
        if (!_offers.TryGetValue(offerId, out var entry))
            return false;
        EndOffer(entry);
        _rescinded.Add(new(offerId, entry.Offer.FrameworkId));
        return true;
    }

    private string? Apply(AgentEntry agent, RoleClient client, OfferOperation operation, ref Resources remaining, ref bool isChanged)
    {
        var resources = operation.Resources.Unallocate();
        if (operation.Kind == OfferOperationKind.Launch)
        {
            if (_tasks.ContainsKey(operation.TaskId))
                return $"Task {operation.TaskId} exists already";
            if (!remaining.Contains(resources))
                return $"Task {operation.TaskId} uses more resources {resources} than available {remaining}";
            remaining = remaining.Minus(resources);
            TakeGpus(Remember(operation.TaskId, agent, client, client.Name, resources, []));
            ShowInPool(operation.TaskId, agent, client, resources);
            return null;
        }
        if ((OperationConversion.Of(operation, out var consumed, out var converted) ?? CheckIds(agent, operation)) is { } problem)
            return problem;
        if (operation.Kind == OfferOperationKind.Reserve
            && resources.Items.FirstOrDefault(resource => resource.ReservationRole != client.Role.Path && !Roles.RoleName.IsStrictSubroleOf(resource.ReservationRole!, client.Role.Path)) is { } foreign)
        {
            return $"Resources offered to role '{client.Role.Path}' cannot be reserved for role '{foreign.ReservationRole}'";
        }
        if (operation.Kind == OfferOperationKind.Create && resources.Any(volume => volume.Shared) && client.Framework?.Can(FrameworkCapabilities.SharedResources) == false)
            return "Create makes shared volumes only for frameworks with the capability SHARED_RESOURCES";
        if (!remaining.Contains(consumed))
            return $"{operation.Kind} needs {consumed}, but available are {remaining}";
        if (operation.Kind == OfferOperationKind.Destroy && IsInUse(agent, consumed, client))
            return "a shared volume is still in use";
        if (!_allocator.Convert(agent, client, consumed, converted))
            return $"{operation.Kind} needs {consumed}, which agent {agent.Id} does not have";
        remaining = remaining.Minus(consumed).Plus(converted);
        isChanged = true;
        return null;
    }

    private void MakeOffer(OfferGrant grant)
    {
        var agent = grant.Agent.Agent;
        var offer = new Offer
        {
            Id = NewId("O"),
            FrameworkId = grant.Framework.Id,
            Role = grant.Role.Path,
            AgentId = agent.Id,
            Hostname = agent.Hostname,
            Resources = grant.Resources.AllocateTo(grant.Role.Path),
            Attributes = agent.Attributes,
            FaultDomain = agent.FaultDomain,
            Unavailability = agent.Maintenance,
            At = _now,
        };
        var client = _allocator.ClientOf(grant.Framework, grant.Role.Path);
        var isKnown = _grantsToSync.Remove((client, grant.Agent), out var hold) && hold.PoolIds.Count > 0;
        if (isKnown && !hold!.Resources.IsEmpty)
            HoldInPool(hold.PoolIds, NewId("G"), client, grant.Agent, hold.Resources);
        var entry = new OfferEntry(offer, grant.Agent, client, grant.Resources) { PoolIds = isKnown ? hold!.PoolIds : [] };
        _offers.Add(offer.Id, entry);
        if (!isKnown)
            _offersToSync.Add(entry);
        if (!_offersByAgent.TryGetValue(grant.Agent, out var siblings))
            _offersByAgent.Add(grant.Agent, siblings = []);
        siblings.Add(entry);
        if (Options.OfferTimeout is { } timeout)
            _offerExpiries.Enqueue(offer.Id, (_now + timeout).UtcTicks);
        _newOffers.Add(offer);
    }

    /// <summary>Gives back what an offer holds.</summary>
    private void EndOffer(OfferEntry entry)
    {
        Detach(entry);
        _allocator.Untrack(entry.Agent, entry.Client, entry.Resources);
        _allocator.AddCandidate(entry.Agent);
        MarkFreed();
    }

    /// <summary>Forgets an offer; its client goes on holding what was offered.</summary>
    private void Detach(OfferEntry entry, bool pays = true)
    {
        _offers.Remove(entry.Offer.Id);
        var siblings = _offersByAgent[entry.Agent];
        siblings.Remove(entry);
        if (siblings.Count == 0)
            _offersByAgent.Remove(entry.Agent);
        _offersToSync.Remove(entry);
        foreach (var id in entry.PoolIds)
            Launch(_pool.GiveBack(id, pays));
    }

    private void RescindOffersOn(AgentEntry agent)
    {
        if (!_offersByAgent.TryGetValue(agent, out var offers))
            return;
        foreach (var entry in offers.ToList())
            Rescind(entry.Offer.Id);
    }

    private void ExpireOffers(DateTimeOffset now)
    {
        while (_offerExpiries.TryPeek(out var id, out var ticks) && ticks <= now.UtcTicks)
        {
            _offerExpiries.Dequeue();
            Rescind(id);
        }
    }
}
