using System.Collections.Immutable;
using System.Text.Json;
using Platform.Core.Placement;
using Platform.Core.Roles;

namespace Platform.Core.Allocation;

/// <content>Steps that change something.</content>
internal sealed partial class AllocatorScenario
{
    private void AddAgent(ReplayStep step)
    {
        var agent = new AllocatorAgent { Id = step.Text(0), Hostname = step.Text(0), Total = step.Resources(1) };
        if (step.Has(3))
            agent = WithDetails(agent, step[3]);
        if (_whitelist?.Contains(agent.Hostname) == false)
            agent = agent with { Availability = AgentAvailability.Deactivated };
        var entry = _allocator.AddAgent(agent);
        if (step.Has(2))
        {
            foreach (var used in step[2].EnumerateObject())
            {
                var pairs = used.Value[0].ValueKind == JsonValueKind.Array ? used.Value.EnumerateArray().ToList() : [used.Value];
                foreach (var pair in pairs)
                    _allocator.Track(entry, _allocator.ClientOf(FrameworkOrUnknown(used.Name), pair[1].GetString()!), ScenarioResources.Parse(pair[0].GetString()!));
            }
        }
        _allocator.AddCandidate(entry);
    }

    private static AllocatorAgent WithDetails(AllocatorAgent agent, JsonElement details)
    {
        foreach (var detail in details.EnumerateObject())
        {
            agent = detail.Name switch
            {
                "attributes" => agent with { Attributes = Attributes.Parse(detail.Value.GetString()!) },
                "hostname" => agent with { Hostname = detail.Value.GetString()! },
                "domain" => agent with { FaultDomain = ScenarioOptions.ReadDomain(detail.Value) },
                "maintenance" => agent with { Maintenance = WindowAt(detail.Value.GetDouble()) },
                _ => throw new FormatException($"unknown detail '{detail.Name}' of an agent; attributes, hostname, domain and maintenance are known"),
            };
        }
        return agent;
    }

    private static MaintenanceWindow WindowAt(double seconds) => new(DateTimeOffset.UnixEpoch.AddSeconds(seconds));

    /// <summary>As in the original, a change of an agent triggers a cycle on it.</summary>
    private void UpdateAgent(string id, Func<AllocatorAgent, AllocatorAgent> change)
    {
        var entry = Agent(id);
        if (!_allocator.UpdateAgent(entry, change(entry.Agent)))
            return;
        _allocator.AddCandidate(entry);
        Trigger(true);
    }

    /// <summary>Names the hosts that may be offered; null lets all be offered. Nothing is triggered.</summary>
    private void SetWhitelist(List<string>? hosts)
    {
        _whitelist = hosts is null ? null : [.. hosts];
        foreach (var entry in _allocator.Agents.Values.ToList())
        {
            var isListed = _whitelist?.Contains(entry.Agent.Hostname) ?? true;
            _allocator.UpdateAgent(entry, entry.Agent with { Availability = isListed ? AgentAvailability.Active : AgentAvailability.Deactivated });
        }
    }

    /// <summary>An agent may come with what a framework holds that has not subscribed yet.</summary>
    private FrameworkEntry FrameworkOrUnknown(string id) =>
        _allocator.Frameworks.TryGetValue(id, out var framework) ? framework : _allocator.AddFramework(new() { Id = id, Roles = [] }, isActive: false);

    private void AddFramework(ReplayStep step)
    {
        var subscription = new FrameworkSubscription { Id = step.Text(0), Roles = [.. step.Texts(1)], Capabilities = CapabilitiesOf(step) };
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

    /// <summary>Changes roles, and capabilities when they are given; triggers nothing, as in the original.</summary>
    private void UpdateFramework(ReplayStep step)
    {
        var framework = Framework(step.Text(0));
        _allocator.UpdateFramework(framework, framework.Subscription with
        {
            Roles = [.. step.Texts(1)],
            Capabilities = step.Has(2) ? CapabilitiesOf(step) : framework.Subscription.Capabilities,
            SuppressedRoles = [.. framework.Suppressed],
        });
        _allocator.Unsettle();
    }

    private static FrameworkCapabilities CapabilitiesOf(ReplayStep step)
    {
        var capabilities = FrameworkCapabilities.MultiRole;
        foreach (var name in step.Texts(2))
        {
            if (!Enum.TryParse<FrameworkCapabilities>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var capability))
                throw new FormatException($"unknown capability '{name}'");
            capabilities |= capability;
        }
        return capabilities;
    }

    /// <summary>Sets offer constraints of a role: groups of texts such as <c>rack text_equals a</c>; no groups end them.</summary>
    private void SetConstraints(ReplayStep step)
    {
        var framework = Framework(step.Text(0));
        ImmutableArray<OfferConstraintGroup> groups =
        [
            .. step[2].EnumerateArray().Select(group => new OfferConstraintGroup([.. group.EnumerateArray().Select(text => ReadConstraint(text.GetString()!))])),
        ];
        var roles = framework.Subscription.OfferConstraints.Roles;
        var constraints = new OfferConstraints { Roles = groups.IsEmpty ? roles.Remove(step.Text(1)) : roles.SetItem(step.Text(1), groups) };
        if (constraints.Validate() is [var problem, ..])
            throw new FormatException(problem);
        _allocator.UpdateFramework(framework, framework.Subscription with { OfferConstraints = constraints, SuppressedRoles = [.. framework.Suppressed] });
        _allocator.Unsettle();
    }

    private static OfferConstraint ReadConstraint(string text)
    {
        var words = text.Split(' ', 3);
        if (words.Length < 2 || !Enum.TryParse<OfferConstraintPredicate>(words[1].Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var predicate))
            throw new FormatException($"'{text}' is not a constraint of the form 'attribute predicate value'");
        var subject = words[0] switch
        {
            "@hostname" => OfferConstraintSubject.Hostname,
            "@region" => OfferConstraintSubject.Region,
            "@zone" => OfferConstraintSubject.Zone,
            _ => OfferConstraintSubject.Attribute,
        };
        return new()
        {
            Subject = subject,
            AttributeName = subject == OfferConstraintSubject.Attribute ? words[0] : "",
            Predicate = predicate,
            Value = words.Length > 2 ? words[2] : "",
        };
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

    /// <summary>
    /// Does an operation: <c>["apply", framework, agent, role, kind, resources, source or amount]</c> on what a framework holds, or
    /// <c>["operate", agent, kind, resources, source or amount]</c> on what is free. A last argument <c>"fails"</c> expects an error.
    /// </summary>
    private (string Expected, string Actual)? Operate(ReplayStep step)
    {
        var first = step.Verb == "apply" ? 3 : 1;
        var agent = Agent(step.Text(first == 3 ? 1 : 0));
        var client = first == 3 ? _allocator.ClientOf(Framework(step.Text(0)), step.Text(2)) : null;
        var isFailureExpected = step.Text(step.Count - 1) == "fails";
        var hasDetail = step.Count - (isFailureExpected ? 1 : 0) > first + 2;
        if (!Enum.TryParse<OfferOperationKind>(step.Text(first), ignoreCase: true, out var kind))
            throw new FormatException($"unknown operation '{step.Text(first)}'");
        var operation = new OfferOperation(kind, step.Resources(first + 1))
        {
            Source = hasDetail && kind != OfferOperationKind.Shrink ? step.Resources(first + 2) : Resources.Empty,
            Subtract = hasDetail && kind == OfferOperationKind.Shrink ? ScalarValue.From(step.Number(first + 2)) : ScalarValue.Zero,
        };
        var problem = OperationConversion.Of(operation, out var consumed, out var converted);
        if (problem is null && !_allocator.Convert(agent, client, consumed, converted))
            problem = $"{consumed} is not {(client is null ? "free" : "held")} on {agent.Id}";
        return (problem is not null) == isFailureExpected ? null : (isFailureExpected ? "an error" : "no error", problem ?? "none");
    }

    private void AnswerInverse(ReplayStep step)
    {
        var framework = Framework(step.Text(0));
        Agent(step.Text(1)).InverseOffered.Remove(framework);
        framework.InverseFilters[step.Text(1)] = _now + ResourceAllocator.FilterTimeout(step.Has(2) ? step.Number(2) : -1).Ticks;
    }
}
