
namespace Platform.Core.Allocation;

internal sealed partial class ResourceAllocator
{
    /// <summary>Keeps the names of owners of demands apart from the ids of frameworks.</summary>
    private const string OwnerMark = "\u0001";

    private readonly Dictionary<(string Role, string Owner), RoleClient> _owners = [];

    internal FrameworkEntry AddFramework(FrameworkSubscription subscription, bool isActive)
    {
        var framework = new FrameworkEntry(subscription) { IsActive = isActive };
        Frameworks.Add(subscription.Id, framework);
        framework.Suppressed.UnionWith(subscription.SuppressedRoles);
        foreach (var role in subscription.Roles)
            ClientOf(framework, role);
        CountMinimums(subscription, 1);
        Unsettle();
        return framework;
    }

    internal void UpdateFramework(FrameworkEntry framework, FrameworkSubscription subscription)
    {
        CountMinimums(framework.Subscription, -1);
        CountMinimums(subscription, 1);
        var revived = framework.Suppressed.Except(subscription.SuppressedRoles).ToList();
        framework.Subscription = subscription;
        framework.Constraints = new(subscription.OfferConstraints);
        framework.Suppressed.Clear();
        framework.Suppressed.UnionWith(subscription.SuppressedRoles);
        foreach (var role in subscription.Roles)
            ClientOf(framework, role).IsWanted = true;
        foreach (var client in framework.Clients.Values.ToList())
        {
            if (!subscription.Roles.Contains(client.Role.Path))
            {
                client.IsWanted = false;
                client.FilterGeneration++;
            }
            SetActivation(client);
            ForgetIfUnused(client);
        }
        Revive(framework, revived.Where(role => subscription.Roles.Contains(role)));
    }

    /// <summary>Removes a framework with all that it holds.</summary>
    /// <returns>The agents on which something became free.</returns>
    internal List<AgentEntry> RemoveFramework(FrameworkEntry framework)
    {
        var freed = new List<AgentEntry>();
        CountMinimums(framework.Subscription, -1);
        foreach (var client in framework.Clients.Values.ToList())
        {
            client.IsWanted = false;
            if (client.AgentCount > 0)
                freed.AddRange(ReleaseAll(client));
            ForgetIfUnused(client);
        }
        Frameworks.Remove(framework.Id);
        foreach (var agent in Agents.Values)
            agent.InverseOffered.Remove(framework);
        return freed;
    }

    internal void SetActive(FrameworkEntry framework, bool isActive)
    {
        framework.IsActive = isActive;
        if (!isActive)
        {
            // A framework that comes back must not be held to what it refused before.
            framework.InverseFilters.Clear();
            foreach (var client in framework.Clients.Values)
                client.FilterGeneration++;
        }
        foreach (var client in framework.Clients.Values)
            SetActivation(client);
        Unsettle();
    }

    internal static void Suppress(FrameworkEntry framework, IEnumerable<string> roles)
    {
        foreach (var role in roles)
        {
            framework.Suppressed.Add(role);
            if (framework.Clients.TryGetValue(role, out var client))
                SetActivation(client);
        }
    }

    /// <summary>Ends suppression and all filters of these roles.</summary>
    internal void Revive(FrameworkEntry framework, IEnumerable<string> roles)
    {
        framework.InverseFilters.Clear();
        foreach (var role in roles.ToList())
        {
            framework.Suppressed.Remove(role);
            if (!framework.Clients.TryGetValue(role, out var client))
                continue;
            client.FilterGeneration++;
            SetActivation(client);
        }
        Unsettle();
    }

    /// <summary>The framework within a role; made when it is not there, also for a role that it left but still holds something in.</summary>
    internal RoleClient ClientOf(FrameworkEntry framework, string role)
    {
        if (framework.Clients.TryGetValue(role, out var client))
            return client;
        client = NewClient(role, framework.Id, framework);
        client.IsWanted = framework.Subscription.Roles.Contains(role);
        framework.Clients.Add(role, client);
        SetActivation(client);
        return client;
    }

    /// <summary>The owner of demands or tasks within a role; made when it is not there.</summary>
    internal RoleClient OwnerOf(string role, string owner)
    {
        if (_owners.TryGetValue((role, owner), out var client))
            return client;
        client = NewClient(role, owner, null);
        client.IsWanted = false;
        _owners.Add((role, owner), client);
        return client;
    }

    internal RoleClient? FindOwner(string role, string owner) => _owners.GetValueOrDefault((role, owner));

    /// <summary>Says whether an owner has demands that wait.</summary>
    internal void SetWanted(RoleClient owner, bool isWanted)
    {
        owner.IsWanted = isWanted;
        if (isWanted)
            owner.Role.Owners!.Activate(owner.Sorted);
        else
            owner.Role.Owners!.Deactivate(owner.Sorted);
        ForgetIfUnused(owner);
    }

    /// <summary>Gives back all that a client holds.</summary>
    internal List<AgentEntry> ReleaseAll(RoleClient client)
    {
        var freed = new List<AgentEntry>();
        foreach (var agent in Agents.Values)
        {
            if (!agent.Held.TryGetValue(client, out var held))
                continue;
            freed.Add(agent);
            Untrack(agent, client, held);
        }
        return freed;
    }

    /// <summary>Who must be asked to leave agents that will be away: every active framework that holds something there and was not asked yet, or whose refusal has ended.</summary>
    /// <param name="agents">The agents to look at.</param>
    /// <param name="now">The time, in ticks.</param>
    internal static List<(FrameworkEntry Framework, AgentEntry Agent)> AskToLeave(IEnumerable<AgentEntry> agents, long now)
    {
        var asked = new List<(FrameworkEntry, AgentEntry)>();
        foreach (var agent in agents)
        {
            if (agent.Agent.Maintenance is null)
                continue;
            foreach (var client in agent.Held.Keys)
            {
                if (client.Framework is not { IsActive: true } framework || agent.InverseOffered.Contains(framework)
                    || (framework.InverseFilters.TryGetValue(agent.Id, out var until) && until > now))
                {
                    continue;
                }
                agent.InverseOffered.Add(framework);
                asked.Add((framework, agent));
            }
        }
        return asked;
    }

    private RoleClient NewClient(string role, string name, FrameworkEntry? framework)
    {
        var node = Roles.GetOrAdd(role);
        var client = new RoleClient(node, name, framework);
        client.Sorted = Roles.AddOwner(node, framework is null ? name + OwnerMark : name, client);
        return client;
    }

    private static void SetActivation(RoleClient client)
    {
        var framework = client.Framework!;
        if (framework.IsActive && client.IsWanted && !framework.Suppressed.Contains(client.Role.Path))
            client.Role.Owners!.Activate(client.Sorted);
        else
            client.Role.Owners!.Deactivate(client.Sorted);
    }

    private void ForgetIfUnused(RoleClient client)
    {
        if (client.IsWanted || client.AgentCount > 0)
            return;
        if (client.Framework is null)
        {
            if (!_owners.Remove((client.Role.Path, client.Name)))
                return;
        }
        else if (!client.Framework.Clients.Remove(client.Role.Path))
        {
            return;
        }
        Roles.RemoveOwner(client.Role, client.Sorted);
    }

    private void CountMinimums(FrameworkSubscription subscription, int sign) => _customMinimums += subscription.MinAllocatable.IsEmpty ? 0 : sign;
}
