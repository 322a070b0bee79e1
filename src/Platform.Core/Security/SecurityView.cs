using System.Collections.Concurrent;
using Platform.Core.Security.Certificates;

namespace Platform.Core.Security;

/// <summary>What is known of identities at a moment, made for many questions.</summary>
public sealed class SecurityView
{
    private static readonly AccessRights OfAgents = new([new(new(ResourceId.AgentSession, AccessAction.Full), "an agent's token")]);

    private readonly Dictionary<string, List<AccessGrant>> _grants = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, AccessRights> _rights = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IssuedToken> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _revoked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccountGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AccessList> _lists = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentCertificate> _agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SigningKey> _keys = new(StringComparer.Ordinal);

    /// <param name="items">What is stored.</param>
    public SecurityView(IEnumerable<KeyValuePair<string, SecurityItem>> items)
    {
        foreach (var (key, item) in items)
        {
            if (item.Account is { } account)
                _accounts[account.Uid] = account;
            else if (item.Group is { } group)
                _groups[group.Gid] = group;
            else if (item.List is { } list)
                _lists[list.Resource] = list;
            else if (item.Token is { } token)
                _tokens[token.Id] = token;
            else if (item.Agent is { } agent)
                _agents[agent.AgentId] = agent;
            else if (item.Key is { } signing)
                _keys[signing.Id] = signing;
            else if (item.Revoked is not null)
                _revoked.Add(key[(key.IndexOf('/') + 1)..]);
        }
        foreach (var list in _lists.Values)
            Index(list);
    }

    /// <summary>The accounts.</summary>
    public IReadOnlyDictionary<string, Account> Accounts => _accounts;

    /// <summary>The groups.</summary>
    public IReadOnlyDictionary<string, AccountGroup> Groups => _groups;

    /// <summary>The permissions, by resource.</summary>
    public IReadOnlyDictionary<string, AccessList> Lists => _lists;

    /// <summary>The tokens for programs.</summary>
    public IReadOnlyDictionary<string, IssuedToken> Tokens => _tokens;

    /// <summary>The keys that tokens may be signed with.</summary>
    public IReadOnlyDictionary<string, SigningKey> Keys => _keys;

    /// <summary>The certificates of agents, by their ids.</summary>
    public IReadOnlyDictionary<string, AgentCertificate> Agents => _agents;

    /// <summary>Who shows the certificate of an agent, and what it may do with it.</summary>
    /// <param name="agentId">The agent; the certificate is of our authority and counts now.</param>
    /// <param name="problem">Why it does not count; null: it does.</param>
    public (Identity Who, AccessRights Rights)? IdentifyAgent(string agentId, out string? problem)
    {
        problem = !_agents.TryGetValue(agentId, out var record) ? $"nothing is known here of the certificate of agent {agentId}: let it join again with a token"
            : record.RevokedAt is { } revoked ? $"agent {agentId} was revoked at {revoked:u}: start it with an empty work directory and a new token to join as another agent"
            : null;
        return problem is null ? (new(agentId, IdentityKind.Agent), OfAgents) : null;
    }

    /// <summary>All that an account may do.</summary>
    public AccessRights RightsOf(string uid) => _rights.GetOrAdd(uid, _ => _grants.TryGetValue(uid, out var grants) ? new(grants) : AccessRights.None);

    /// <summary>The permissions of an account and where they come from.</summary>
    public IReadOnlyList<AccessGrant> GrantsOf(string uid) => _grants.GetValueOrDefault(uid) ?? [];

    /// <summary>All that a task may do: what was given to it, to its app or job, and to the groups of those.</summary>
    /// <param name="subject">Its <see cref="WorkloadSubject"/>.</param>
    public AccessRights RightsOfTask(string subject) => WorkloadSubject.Covering(subject).SelectMany(GrantsOf).ToList() is { Count: > 0 } grants ? new(grants) : AccessRights.None;

    /// <summary>Who sends a token, and what it may do with it.</summary>
    /// <param name="token">What the token says.</param>
    /// <param name="problem">Why it does not count; null: it does.</param>
    public (Identity Who, AccessRights Rights)? Identify(TokenFacts token, out string? problem)
    {
        problem = null;
        if (_revoked.Contains(token.Id))
            problem = "the token was taken back: log in again";
        else if (token.Use == TokenUse.Agent)
        {
            // Those of agents in the control plane's own process are too short to be taken back.
            if (token.ExpiresAt - token.IssuedAt <= TokenLifetimes.LocalAgent || _tokens.TryGetValue(token.Id, out var own) && own.IsForAgents)
                return (new(token.Uid, IdentityKind.Agent), OfAgents);
            problem = "the token was taken back: make another one";
        }
        else if (token.Use == TokenUse.Task)
            return (new(token.Uid, IdentityKind.Task), RightsOfTask(token.Uid));
        else if (!_accounts.TryGetValue(token.Uid, out var account))
            problem = $"there is no account {token.Uid} any more";
        else if (account.TokensFrom is { } from && token.IssuedAt <= from)
            problem = "the password or the key has changed since: log in again";
        else if (token.Use == TokenUse.Login)
            return (new(account.Uid, account.Kind), RightsOf(account.Uid));
        else if (!_tokens.TryGetValue(token.Id, out var issued) || issued.Uid != account.Uid)
            problem = "the token was taken back: make another one";
        else
            return (new(account.Uid, account.Kind), issued.Scope.IsEmpty ? RightsOf(account.Uid) : RightsOf(account.Uid).LimitedTo(issued.Scope));
        return null;
    }

    private void Index(AccessList list)
    {
        foreach (var (uid, actions) in list.Users)
            Add(uid, list.Resource, actions, WorkloadSubject.IsOne(uid) ? $"tasks of {uid}" : $"user {uid}");
        foreach (var (gid, actions) in list.Groups)
        {
            if (!_groups.TryGetValue(gid, out var group))
                continue;
            foreach (var member in group.Members)
                Add(member, list.Resource, actions, $"group {gid}");
        }
    }

    private void Add(string uid, string resource, IEnumerable<AccessAction> actions, string source)
    {
        if (!_grants.TryGetValue(uid, out var grants))
            _grants[uid] = grants = [];
        foreach (var action in actions)
            grants.Add(new(new(resource, action), source));
    }
}
