using System.Collections.Immutable;
using Platform.Core.Placement;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <content>Weights and quota, and what they leave to a demand.</content>
public sealed partial class AllocatorModel
{
    /// <summary>Sets the weight of a role and the roles below it. Default 1.</summary>
    /// <param name="role">The role's path.</param>
    /// <param name="weight">Above 0.</param>
    /// <returns>Every problem; nothing is changed when there is one.</returns>
    public ImmutableArray<string> SetWeight(string role, double weight)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        if (RoleName.Validate(role) is { } problem)
            problems.Add(problem);
        if (!double.IsFinite(weight) || weight <= 0)
            problems.Add($"role '{role}': the weight {weight} must be a number above 0");
        if (problems.Count > 0)
            return problems.ToImmutable();
        _allocator.Roles.SetWeight(role, weight);
        _allocator.AddAllCandidates();
        MarkFreed();
        return [];
    }

    /// <summary>Sets or removes the quota of a role.</summary>
    /// <param name="role">The role's path; nested roles too.</param>
    /// <param name="quota">The quota; <see cref="Quota.None"/> removes it.</param>
    /// <param name="force">Sets guarantees beyond the cluster's capacity and limits below what is consumed all the same.</param>
    /// <returns>Every problem; nothing is changed when there is one.</returns>
    public ImmutableArray<string> SetQuota(string role, Quota quota, bool force = false) =>
        SetQuotas([new(role, quota)], force);

    /// <summary>Sets or removes several quotas, all or none.</summary>
    /// <returns>Every problem; nothing is changed when there is one.</returns>
    public ImmutableArray<string> SetQuotas(IReadOnlyCollection<KeyValuePair<string, Quota>> quotas, bool force = false)
    {
        // Parents first, so that what is set together is judged together.
        var before = new List<KeyValuePair<string, Quota>>();
        var problems = new List<string>();
        var removalsFirst = quotas.OrderBy(pair => pair.Value.IsNone ? 0 : 1)
            .ThenBy(pair => pair.Key.Length * (pair.Value.IsNone ? -1 : 1)).ThenBy(pair => pair.Key, StringComparer.Ordinal);
        foreach (var (role, quota) in removalsFirst)
        {
            var found = QuotaValidator.Validate(_allocator.Roles, role, quota, _allocator.Capacity, force);
            problems.AddRange(found);
            if (RoleName.Validate(role) is not null)
                continue;
            before.Add(new(role, QuotaOf(role)));
            _allocator.Roles.SetQuota(role, quota);
        }
        if (problems.Count > 0)
        {
            before.Reverse();
            foreach (var (role, quota) in before)
                _allocator.Roles.SetQuota(role, quota);
            return [.. problems.Distinct(StringComparer.Ordinal)];
        }
        _allocator.Unsettle();
        _allocator.AddAllCandidates();
        MarkFreed();
        return [];
    }

    /// <summary>The quota of a role; <see cref="Quota.None"/> when it has none.</summary>
    public Quota QuotaOf(string role) => _allocator.Roles.Find(role)?.Quota ?? Quota.None;

    /// <summary>The roles that somebody is in, that hold something or that were configured, by path.</summary>
    public ImmutableArray<RoleUsage> RoleUsages()
    {
        var waiting = _demands.Values.GroupBy(entry => entry.Demand.Role, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Sum(entry => entry.Demand.SystemApp ? 0 : entry.Left), StringComparer.Ordinal);
        var frameworks = _allocator.Frameworks.Values.SelectMany(framework => framework.Subscription.Roles.Select(role => (role, framework.Id)))
            .ToLookup(pair => pair.role, pair => pair.Id, StringComparer.Ordinal);
        var capacity = _allocator.Capacity;
        return [.. _allocator.Roles.Nodes.OrderBy(node => node.Path, StringComparer.Ordinal).Select(node => new RoleUsage
        {
            Role = node.Path,
            Weight = node.Weight,
            Quota = node.Quota,
            Consumed = node.Consumed,
            Held = node.Client?.Allocated ?? ResourceQuantities.Empty,
            Reserved = node.Reserved,
            Waiting = waiting.GetValueOrDefault(node.Path),
            Frameworks = [.. frameworks[node.Path].Order(StringComparer.Ordinal)],
            DominantShare = node.Client is null ? 0 : capacity.Entries()
                .Select(entry => (double)node.Client.Allocated.Get(entry.Key) / entry.Value).DefaultIfEmpty(0).Max(),
        })];
    }

    /// <summary>What limits and headroom leave to a demand, and what its role may take from others.</summary>
    private PlacementOptions OptionsFor(Demand demand, bool isExplained, bool mayPreempt)
    {
        if (!_allocator.Roles.HasQuota || demand.Shape.Revocable)
            return (isExplained, mayPreempt) switch
            {
                (true, true) => PlacementOptions.Default,
                (true, false) => ExplainedOnly,
                (false, true) => Unexplained,
                _ => PlainSearch,
            };
        var allowances = ImmutableArray.CreateBuilder<RoleAllowance>();
        var role = _allocator.Roles.Find(demand.Role);
        RoleNode? below = null;
        // Limits above bind a role that nobody has been in yet, too: that of a dry run.
        for (var node = role ?? (Options.HierarchicalQuota ? NearestAbove(demand.Role) : null); node is { Parent: not null }; node = node.Parent)
        {
            if (!node.Quota.Limits.IsEmpty)
            {
                var kept = below is null ? node.ChildrenRequired : node.ChildrenRequired - below.Required;
                var used = node.Consumed + (Options.HierarchicalQuota ? kept : ResourceQuantities.Empty);
                allowances.Add(new(RejectionReason.QuotaLimit, node.Path, node.Quota.Limits.Bounds.ToImmutableSortedDictionary(
                    bound => bound.Key, bound => Math.Max(0, bound.Value - used.Get(bound.Key)) / 1000m), UnreservedOnly: true));
            }
            if (!Options.HierarchicalQuota)
                break;
            below = node;
        }
        var required = _allocator.Roles.RequiredHeadroom;
        if (!required.IsEmpty)
        {
            var own = role is null ? ResourceQuantities.Empty : _allocator.UsableGuarantee(role);
            var surplus = _allocator.SurplusHeadroom + ResourceQuantities.Min(own, _allocator.AvailableHeadroom);
            var holders = string.Join(", ", _allocator.Roles.Root.Children.Values.Where(node => !node.Required.IsEmpty).Select(node => node.Path).Order(StringComparer.Ordinal).Take(3));
            allowances.Add(new(RejectionReason.QuotaHeadroom, holders, required.Entries().ToImmutableSortedDictionary(
                entry => entry.Key, entry => surplus.Get(entry.Key) / 1000m), UnreservedOnly: true));
        }
        return new()
        {
            Allowances = allowances.ToImmutable(),
            Surplus = mayPreempt ? SurplusOverGuarantees() : PlacementOptions.Default.Surplus,
            Preempt = mayPreempt,
            Explain = isExplained,
        };
    }

    /// <summary>The limits of a demand's role and of those above it, as if nothing were used.</summary>
    private PlacementOptions LimitsOf(Demand demand)
    {
        if (!_allocator.Roles.HasQuota || demand.Shape.Revocable)
            return ExplainedOnly;
        var allowances = ImmutableArray.CreateBuilder<RoleAllowance>();
        var role = _allocator.Roles.Find(demand.Role);
        for (var node = role ?? (Options.HierarchicalQuota ? NearestAbove(demand.Role) : null); node is { Parent: not null }; node = Options.HierarchicalQuota ? node.Parent : null)
        {
            if (!node.Quota.Limits.IsEmpty)
            {
                allowances.Add(new(RejectionReason.QuotaLimit, node.Path, node.Quota.Limits.Bounds.ToImmutableSortedDictionary(
                    bound => bound.Key, bound => bound.Value / 1000m), UnreservedOnly: true));
            }
        }
        return ExplainedOnly with { Allowances = allowances.ToImmutable() };
    }

    private RoleNode? NearestAbove(string role)
    {
        for (var slash = role.LastIndexOf('/'); slash > 0; slash = role.LastIndexOf('/', slash - 1))
        {
            if (_allocator.Roles.Find(role[..slash]) is { } node)
                return node;
        }
        return null;
    }

    private static PlacementOptions ExplainedOnly { get; } = new() { Preempt = false };

    private static PlacementOptions Unexplained { get; } = new() { Explain = false };

    private static PlacementOptions PlainSearch { get; } = new() { Preempt = false, Explain = false };

    private Dictionary<string, ImmutableSortedDictionary<string, decimal>> SurplusOverGuarantees()
    {
        var surplus = new Dictionary<string, ImmutableSortedDictionary<string, decimal>>(StringComparer.Ordinal);
        foreach (var node in _allocator.Roles.Nodes)
        {
            if (node.Quota.Guarantees.IsEmpty)
                continue;
            var consumed = node.Consumed;
            surplus.Add(node.Path, node.Quota.Guarantees.Entries().ToImmutableSortedDictionary(
                entry => entry.Key, entry => Math.Max(0, consumed.Get(entry.Key) - entry.Value) / 1000m));
        }
        return surplus;
    }
}
