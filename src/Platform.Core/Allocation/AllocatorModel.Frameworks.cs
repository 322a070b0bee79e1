using System.Collections.Immutable;

namespace Platform.Core.Allocation;

/// <content>Frameworks, and the inverse offers that ask them to leave an agent.</content>
public sealed partial class AllocatorModel
{
    private readonly HashSet<AgentEntry> _maintained = [];
    private readonly Dictionary<string, InverseOffer> _inverseOffers = new(StringComparer.Ordinal);

    /// <summary>Adds a framework, or replaces its subscription, and lets it have offers.</summary>
    /// <param name="subscription">Who it is and what it wants.</param>
    /// <returns>Every problem; nothing is changed when there is one.</returns>
    public ImmutableArray<string> Subscribe(FrameworkSubscription subscription)
    {
        ImmutableArray<string> problems =
        [
            .. subscription.Roles.Select(Roles.RoleName.Validate).OfType<string>(),
            .. subscription.Roles.Length > 1 && (subscription.Capabilities & FrameworkCapabilities.MultiRole) == 0
                ? ["a framework without the capability MULTI_ROLE has one role"]
                : Array.Empty<string>(),
            .. subscription.OfferConstraints.Validate(),
        ];
        if (!problems.IsEmpty)
            return problems;
        if (_allocator.Frameworks.TryGetValue(subscription.Id, out var framework))
        {
            RescindOffers(framework, client => !subscription.Roles.Contains(client.Role.Path));
            _allocator.UpdateFramework(framework, subscription);
            if (!framework.IsActive)
                _allocator.SetActive(framework, true);
        }
        else
        {
            _allocator.AddFramework(subscription, isActive: true);
        }
        _allocator.AddAllCandidates();
        return [];
    }

    /// <summary>A framework went away for a while: its offers are taken back, its tasks stay.</summary>
    /// <returns>False when the framework is unknown.</returns>
    public bool Disconnect(string frameworkId)
    {
        if (!_allocator.Frameworks.TryGetValue(frameworkId, out var framework))
            return false;
        _allocator.SetActive(framework, false);
        RescindOffers(framework, _ => true);
        RescindInverseOffers(offer => offer.FrameworkId == frameworkId);
        return true;
    }

    /// <summary>Removes a framework with its offers and all that its tasks hold.</summary>
    /// <returns>The tasks that held something; null when the framework is unknown.</returns>
    public ImmutableArray<string>? RemoveFramework(string frameworkId)
    {
        if (!Disconnect(frameworkId))
            return null;
        ImmutableArray<string> tasks = [.. TasksOf(frameworkId)];
        Release(tasks);
        foreach (var agent in _allocator.RemoveFramework(_allocator.Frameworks[frameworkId]))
            _allocator.AddCandidate(agent);
        return tasks;
    }

    /// <summary>Stops offers to a framework.</summary>
    /// <param name="frameworkId">The framework.</param>
    /// <param name="roles">For which roles; none named means all.</param>
    /// <returns>False when the framework is unknown.</returns>
    public bool Suppress(string frameworkId, IReadOnlyCollection<string> roles)
    {
        if (!_allocator.Frameworks.TryGetValue(frameworkId, out var framework))
            return false;
        ResourceAllocator.Suppress(framework, roles.Count == 0 ? framework.Subscription.Roles : roles);
        return true;
    }

    /// <summary>Ends suppression and all filters of a framework.</summary>
    /// <param name="frameworkId">The framework.</param>
    /// <param name="roles">For which roles; none named means all.</param>
    /// <returns>False when the framework is unknown.</returns>
    public bool Revive(string frameworkId, IReadOnlyCollection<string> roles)
    {
        if (!_allocator.Frameworks.TryGetValue(frameworkId, out var framework))
            return false;
        _allocator.Revive(framework, roles.Count == 0 ? framework.Subscription.Roles : roles);
        _allocator.AddAllCandidates();
        return true;
    }

    /// <summary>Answers an inverse offer.</summary>
    /// <param name="frameworkId">Who answers.</param>
    /// <param name="inverseOfferId">The inverse offer.</param>
    /// <param name="refuseSeconds">For how long not to ask again, as in <see cref="Decline"/>; zero asks again in the next round.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when the framework has no such inverse offer (any more).</returns>
    public bool AnswerInverseOffer(string frameworkId, string inverseOfferId, double refuseSeconds, DateTimeOffset now)
    {
        if (!_inverseOffers.TryGetValue(inverseOfferId, out var offer) || offer.FrameworkId != frameworkId)
            return false;
        _inverseOffers.Remove(inverseOfferId);
        if (_allocator.Frameworks.TryGetValue(frameworkId, out var framework) && _allocator.Agents.TryGetValue(offer.AgentId, out var agent))
        {
            agent.InverseOffered.Remove(framework);
            framework.InverseFilters[offer.AgentId] = (now + ResourceAllocator.FilterTimeout(refuseSeconds)).UtcTicks;
        }
        return true;
    }

    /// <summary>The inverse offers that nobody answered yet.</summary>
    public ImmutableArray<InverseOffer> InverseOffers => [.. _inverseOffers.Values];

    /// <summary>How many filters keep offers away.</summary>
    /// <param name="role">Only those of a role; null for all.</param>
    public int CountFilters(string? role = null) => _allocator.CountFilters(role);

    private void MakeInverseOffers()
    {
        foreach (var (framework, agent) in ResourceAllocator.AskToLeave(_maintained, _now.UtcTicks))
        {
            var offer = new InverseOffer(NewId("I"), framework.Id, agent.Id, agent.Agent.Maintenance!);
            _inverseOffers.Add(offer.Id, offer);
            _newInverseOffers.Add(offer);
        }
    }

    private void RescindOffers(FrameworkEntry framework, Func<RoleClient, bool> which)
    {
        foreach (var entry in _offers.Values.Where(entry => entry.Client.Framework == framework && which(entry.Client)).ToList())
            Rescind(entry.Offer.Id);
    }

    private void RescindInverseOffers(Func<InverseOffer, bool> which)
    {
        foreach (var offer in _inverseOffers.Values.Where(which).ToList())
        {
            _inverseOffers.Remove(offer.Id);
            _newInverseOffers.Remove(offer);
            _rescinded.Add(new(offer.Id, offer.FrameworkId, IsInverse: true));
            if (_allocator.Agents.TryGetValue(offer.AgentId, out var agent) && _allocator.Frameworks.TryGetValue(offer.FrameworkId, out var framework))
                agent.InverseOffered.Remove(framework);
        }
    }
}
