using System.Runtime.InteropServices;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <summary>
/// The two stages of a cycle, by the rules of Mesos' hierarchical allocator. First every role with an unmet guarantee, in fair
/// order, gets agents that bring it nearer to the guarantee; then all roles share the rest, as far as limits and the headroom
/// of others' guarantees allow. An agent goes as a whole to the first framework that can take it.
/// </summary>
internal sealed partial class ResourceAllocator
{
    private static readonly Comparer<AgentEntry> ById = Comparer<AgentEntry>.Create(static (left, right) => string.CompareOrdinal(left.Id, right.Id));

    private readonly HashSet<AgentEntry> _candidates = [];
    private readonly HashSet<AgentEntry> _affected = [];
    private long _examinedVersion = -1;
    private bool _areAllCandidates;
    private readonly Dictionary<(RoleClient Client, AgentEntry Agent), int> _grantIndex = [];
    private readonly Dictionary<AgentEntry, Resources> _sharedInCycle = [];

    /// <summary>In this cycle, limits and headroom kept every role from an agent with so much free, when the books stood at this version.</summary>
    private (long Version, ResourceQuantities Free) _barred = (-1, default);

    internal bool HasCandidates => _areAllCandidates || _candidates.Count > 0 || _affected.Count > 0;

    internal void AddCandidate(AgentEntry entry) => _candidates.Add(entry);

    internal void AddAllCandidates() => _areAllCandidates = true;

    /// <summary>
    /// With quota, what happens on one agent can free headroom or room under a limit for what is free on others: then all
    /// agents with something free that is not known to be unwanted are candidates, after those on which something happened: Mesos
    /// allocates these at the event and all others at its next interval.
    /// </summary>
    internal void AddAffectedCandidates()
    {
        if (!Roles.HasQuota || _version == _examinedVersion)
            return;
        foreach (var entry in Agents.Values)
        {
            if (entry.SettledVersion != _version && !entry.Available.IsEmpty)
                _affected.Add(entry);
        }
    }

    /// <summary>Runs one cycle over the candidates.</summary>
    /// <param name="turn">Serves owners of demands in between; null when there are none.</param>
    internal List<OfferGrant> RunCycle(IDemandTurn? turn = null)
    {
        var grants = new List<OfferGrant>();
        var agents = new List<AgentEntry>(_candidates.Count);
        foreach (var entry in _areAllCandidates ? Agents.Values : (IEnumerable<AgentEntry>)_candidates)
        {
            if (IsExamined(entry))
                agents.Add(entry);
        }
        var changed = agents.Count;
        if (!_areAllCandidates)
            agents.AddRange(_affected.Where(entry => !_candidates.Contains(entry) && IsExamined(entry)));
        _candidates.Clear();
        _affected.Clear();
        _areAllCandidates = false;
        _barred = (-1, default);
        // A set has no order of its own to rely on: sort first, so that the same seed gives the same cycle.
        agents.Sort(0, changed, ById);
        agents.Sort(changed, agents.Count - changed, ById);
        Shuffle(agents, changed);
        foreach (var entry in agents)
        {
            if (Roles.RequiredHeadroom.IsEmpty)
                break;
            MeetGuarantees(entry, grants, turn);
        }
        Shuffle(agents, changed);
        foreach (var entry in agents)
            ShareRest(entry, grants, turn);
        foreach (var entry in agents)
            entry.SettledVersion = entry.HasShared ? -1 : _version;
        _examinedVersion = _version;
        _grantIndex.Clear();
        _sharedInCycle.Clear();
        return grants;
    }

    /// <summary>Gives every owner of demands its turn, in fair order, until none can place more.</summary>
    internal void RunDemands(IDemandTurn turn)
    {
        bool again;
        do
        {
            again = false;
            foreach (var role in Roles.Sorter.SortToArray())
            {
                // The order is another one after each that was served, and may be long: only its beginning is read.
                var owners = ((RoleNode)role.Tag!).Owners!;
                for (var place = 0; !again && owners.At(place) is { } sorted; place++)
                {
                    var client = (RoleClient)sorted.Tag!;
                    if (client.Framework is not null || client.IsServed)
                        continue;
                    again = turn.Serve(client, null);
                    client.IsServed = !again;
                }
                if (again)
                    break;
            }
        }
        while (again);
    }

    private bool IsExamined(AgentEntry entry) => entry.IsActive && entry.SettledVersion != _version && Agents.ContainsKey(entry.Id);

    private void MeetGuarantees(AgentEntry entry, List<OfferGrant> grants, IDemandTurn? turn)
    {
        foreach (var sortedRole in Roles.Sorter.SortToArray())
        {
            if (entry.Available.IsEmpty)
                return;
            var role = (RoleNode)sortedRole.Tag!;
            if (!_options.HierarchicalQuota && role.Required.IsEmpty)
                continue;
            var unmet = UsableGuarantee(role);
            if (unmet.IsEmpty || role.Owners is null)
                continue;
            foreach (var sorted in role.Owners.SortToArray())
            {
                if (unmet.IsEmpty)
                    break;
                var client = (RoleClient)sorted.Tag!;
                if (client.Framework is null)
                {
                    ServeTurn(client, entry, turn);
                    unmet = UsableGuarantee(role);
                    continue;
                }
                var available = Offerable(entry, client, out var nothingForRole);
                if (nothingForRole)
                    break;
                if (available.IsEmpty)
                    continue;
                var scalars = available.Where(IsQuotaScalar);
                var guaranteed = ScalarCaps.Of(unmet).Shrink(scalars);
                if (guaranteed.IsEmpty)
                    continue;
                var more = scalars.Minus(guaranteed);
                if (!more.IsEmpty)
                {
                    more = Cap(role, guaranteed.Quantities).Shrink(more);
                    if (!Roles.RequiredHeadroom.IsEmpty)
                        more = ScalarCaps.Of(SurplusHeadroom).Shrink(more);
                }
                var offer = guaranteed
                    .Plus(available.Where(resource => resource.ReservationRole == role.Path || resource.Type != ResourceType.Scalar || resource.Revocable))
                    .Plus(more);
                if (Give(entry, client, offer, grants, turn))
                    unmet = UsableGuarantee(role);
            }
        }
    }

    private void ShareRest(AgentEntry entry, List<OfferGrant> grants, IDemandTurn? turn)
    {
        // What is too little for an offer by limits and headroom is so on an agent with less, too.
        var isBarrable = !entry.HasSpecial && turn is null && _customMinimums == 0;
        if (isBarrable && _barred.Version == _booksVersion && _barred.Free.Contains(entry.FreeUnreserved))
            return;
        var areAllBarred = isBarrable;
        var again = true;
        while (again)
        {
            again = false;
            foreach (var sortedRole in Roles.Sorter.SortToArray())
            {
                if (entry.Available.IsEmpty)
                    return;
                var role = (RoleNode)sortedRole.Tag!;
                // The last owner may have left the role within this very loop.
                if (role.Owners is null)
                    continue;
                var isHeadroomRequired = !Roles.RequiredHeadroom.IsEmpty;
                var cap = Cap(role);
                if (isBarrable && (isHeadroomRequired || !cap.IsUnlimited)
                    && !MayGive(entry, cap, isHeadroomRequired))
                {
                    continue;
                }
                areAllBarred = false;
                var owners = role.Owners;
                SorterClient[]? order = null;
                for (var place = 0; (order is null ? owners.At(place) : place < order.Length ? order[place] : null) is { } sorted; place++)
                {
                    var client = (RoleClient)sorted.Tag!;
                    if (client.Framework is null)
                    {
                        if (!ServeTurn(client, entry, turn))
                            continue;
                        again = true;
                        break;
                    }
                    // Among frameworks the order of before the agent was given counts; it is made only where there is one.
                    order ??= owners.SortToArray();
                    var available = Offerable(entry, client, out var nothingForRole);
                    if (nothingForRole)
                        break;
                    if (available.IsEmpty)
                        continue;
                    Give(entry, client, WithinCaps(available, role, isHeadroomRequired), grants, turn);
                }
                if (again)
                    break;
            }
        }
        if (areAllBarred)
            _barred = (_booksVersion, entry.FreeUnreserved);
    }

    private Resources WithinCaps(Resources available, RoleNode role, bool isHeadroomRequired)
    {
        var cap = Cap(role);
        if (cap.IsUnlimited && !isHeadroomRequired)
            return available;
        var scalars = available.Where(IsQuotaScalar);
        var more = cap.Shrink(scalars);
        if (isHeadroomRequired && !more.IsEmpty)
            more = ScalarCaps.Of(SurplusHeadroom).Shrink(more);
        return ReferenceEquals(more, scalars) ? available : available.Where(resource => !IsQuotaScalar(resource)).Plus(more);
    }

    /// <summary>A quick upper bound: whether limits and headroom leave enough of an agent without anything special for an offer.</summary>
    private bool MayGive(AgentEntry entry, in ScalarCaps cap, bool isHeadroomRequired)
    {
        var free = entry.FreeUnreserved;
        var bound = isHeadroomRequired ? cap.Min(ScalarCaps.Of(SurplusHeadroom)) : cap;
        if (_options.MinAllocatable.IsEmpty)
            return true;
        foreach (var least in _options.MinAllocatable)
        {
            if (least.Others.Count > 0
                || (least.Cpus <= Math.Min(free.Cpus, bound.Cpus) && least.Mem <= Math.Min(free.Mem, bound.Mem)
                    && least.Disk <= Math.Min(free.Disk, bound.Disk) && least.Gpus <= Math.Min(free.Gpus, bound.Gpus)))
            {
                return true;
            }
        }
        return false;
    }

    private static bool ServeTurn(RoleClient client, AgentEntry entry, IDemandTurn? turn)
    {
        if (turn is null || client.IsServed)
            return false;
        if (turn.Serve(client, entry))
            return true;
        client.IsServed = true;
        return false;
    }

    /// <summary>What of an agent a framework could be offered, before quota; empty when it cannot use it.</summary>
    private Resources Offerable(AgentEntry entry, RoleClient client, out bool nothingForRole)
    {
        nothingForRole = false;
        var framework = client.Framework!;
        if (!framework.Constraints.IsEmpty && framework.Constraints.IsExcluded(client.Role.Path, entry.Agent))
            return Resources.Empty;
        var available = entry.Available;
        if (entry.HasSpecial)
        {
            available = available.AllocatableTo(client.Role.Path);
            if (_sharedInCycle.TryGetValue(entry, out var offered))
                available = available.Where(resource => !resource.Shared || !offered.Contains(resource));
        }
        if (available.IsEmpty)
        {
            nothingForRole = true;
            return available;
        }
        if (!IsAllocatable(available, client) || !IsCapable(framework, entry))
            return Resources.Empty;
        return entry.HasSpecial ? available.Where(resource => CanUse(framework, resource)) : available;
    }

    private bool Give(AgentEntry entry, RoleClient client, Resources offer, List<OfferGrant> grants, IDemandTurn? turn)
    {
        if (offer.IsEmpty || !IsAllocatable(offer, client) || IsFiltered(entry, client, offer))
            return false;
        if (entry.HasShared)
        {
            var shared = offer.SharedOnly();
            if (!shared.IsEmpty)
                _sharedInCycle[entry] = _sharedInCycle.GetValueOrDefault(entry, Resources.Empty).Plus(shared);
        }
        Track(entry, client, offer);
        turn?.Granted(client, entry, offer);
        if (_grantIndex.TryGetValue((client, entry), out var index))
        {
            grants[index] = grants[index] with { Resources = grants[index].Resources.Plus(offer) };
        }
        else
        {
            _grantIndex.Add((client, entry), grants.Count);
            grants.Add(new(client.Framework!, client.Role, entry, offer));
        }
        return true;
    }

    private bool IsAllocatable(Resources resources, RoleClient client)
    {
        if (resources.IsEmpty)
            return false;
        var minimums = _options.MinAllocatable;
        if (_customMinimums > 0 && client.Framework!.Subscription.MinAllocatable.TryGetValue(client.Role.Path, out var own))
            minimums = own;
        if (minimums.IsDefaultOrEmpty)
            return true;
        var quantities = resources.Quantities;
        foreach (var least in minimums)
        {
            if (quantities.Contains(least))
                return true;
        }
        return false;
    }

    private bool IsCapable(FrameworkEntry framework, AgentEntry entry)
    {
        if (entry.HasGpus && _options.FilterGpuResources && !framework.Can(FrameworkCapabilities.GpuResources))
            return false;
        return entry.Agent.FaultDomain is null || _options.FaultDomain is null || entry.Agent.FaultDomain.Region == _options.FaultDomain.Region
            || framework.Can(FrameworkCapabilities.RegionAware);
    }

    private static bool CanUse(FrameworkEntry framework, Resource resource) =>
        (!resource.Shared || framework.Can(FrameworkCapabilities.SharedResources))
        && (!resource.Revocable || framework.Can(FrameworkCapabilities.RevocableResources))
        && (!resource.HasRefinedReservations || framework.Can(FrameworkCapabilities.ReservationRefinement));

    private static bool IsQuotaScalar(Resource resource) =>
        resource.Type == ResourceType.Scalar && resource.IsUnreserved && !resource.Revocable;

    // Those that have changed stay before the others.
    private void Shuffle(List<AgentEntry> agents, int changed)
    {
        var all = CollectionsMarshal.AsSpan(agents);
        ShufflePart(all[..changed]);
        ShufflePart(all[changed..]);
    }

    private void ShufflePart(Span<AgentEntry> agents)
    {
        for (var index = agents.Length - 1; index > 0; index--)
        {
            var other = _random.Next(index + 1);
            (agents[index], agents[other]) = (agents[other], agents[index]);
        }
    }
}
