using Platform.Core.Collections;
using Platform.Core.Security.Certificates;

namespace Platform.Core.Security;

/// <summary>Accounts, groups, permissions and tokens, and the rules of their changes. What a change touched is read from <see cref="TakeChanges"/>.</summary>
public sealed class SecurityModel
{
    private const string AccountPrefix = "account/";
    private const string GroupPrefix = "group/";
    private const string ListPrefix = "list/";
    private const string TokenPrefix = "token/";
    private const string RevokedPrefix = "revoked/";
    private const string KeyPrefix = "key/";
    private const string AgentPrefix = "agent/";
    private const string CodeKey = "code";
    private const int MostNobodys = 10_000;

    private readonly Dictionary<string, SecurityItem> _items;
    private readonly Dictionary<string, (int Failures, DateTimeOffset Until)> _nobodys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SecurityItem?> _before = new(StringComparer.Ordinal);

    /// <param name="items">What is stored.</param>
    public SecurityModel(IEnumerable<KeyValuePair<string, SecurityItem>> items) => _items = new(items, StringComparer.Ordinal);

    /// <summary>Everything.</summary>
    public IReadOnlyDictionary<string, SecurityItem> Items => _items;

    /// <summary>Whether anybody may do everything.</summary>
    public bool HasAdministrator => new SecurityView(_items).Accounts.Keys.Any(IsAdministrator);

    /// <summary>The keys that are known, the newest first.</summary>
    public IEnumerable<SigningKey> Keys => _items.Values.Select(item => item.Key).OfType<SigningKey>().OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id, StringComparer.Ordinal);

    /// <summary>The hash of the code that makes an administrator; null: none is good.</summary>
    public string? CodeHash => _items.GetValueOrDefault(CodeKey)?.CodeHash;

    /// <summary>The account; null: there is none.</summary>
    public Account? Account(string uid) => _items.GetValueOrDefault(AccountPrefix + uid)?.Account;

    /// <summary>Whether <see cref="TakeChanges"/> has something.</summary>
    public bool HasChanges => _before.Count > 0;

    /// <summary>What changed since it was asked last: the new values, null for what is no more.</summary>
    public IReadOnlyList<KeyValuePair<string, SecurityItem?>> TakeChanges()
    {
        var changes = _before.Keys.Select(key => KeyValuePair.Create(key, _items.GetValueOrDefault(key))).ToList();
        _before.Clear();
        return changes;
    }

    /// <summary>Adds an account.</summary>
    public SecurityResult Add(Account account)
    {
        if (AccountNames.Problem(account.Uid) is { } problem)
            return SecurityResult.Invalid(problem);
        if (Account(account.Uid) is not null)
            return SecurityResult.Exists($"there is an account {account.Uid} already");
        Set(AccountPrefix + account.Uid, new() { Account = account });
        return SecurityResult.Done;
    }

    /// <summary>Changes an account; who had logged in with a password or key that is replaced has to do it again.</summary>
    public SecurityResult Change(string uid, DateTimeOffset now, string? description = null, string? passwordHash = null, string? publicKey = null, bool revokeTokens = false)
    {
        if (Account(uid) is not { } account)
            return SecurityResult.NotFound($"there is no account {uid}");
        account = account with
        {
            Description = description ?? account.Description,
            PasswordHash = passwordHash ?? account.PasswordHash,
            PublicKey = publicKey ?? account.PublicKey,
        };
        if (passwordHash is not null || publicKey is not null || revokeTokens)
            account = account with { TokensFrom = now, Failures = 0, LockedUntil = null };
        Set(AccountPrefix + uid, new() { Account = account });
        return SecurityResult.Done;
    }

    /// <summary>Removes an account with its permissions, memberships and tokens.</summary>
    public SecurityResult RemoveAccount(string uid)
    {
        if (Account(uid) is null)
            return SecurityResult.NotFound($"there is no account {uid}");
        return Keeping(() =>
        {
            Set(AccountPrefix + uid, null);
            foreach (var (key, item) in _items.ToList())
            {
                if (item.Token is { IsForAgents: false } token && token.Uid == uid)
                    Set(key, null);
                else if (item.Group is { } group && group.Members.AsEnumerable().Contains(uid))
                    Set(key, new() { Group = group with { Members = [.. group.Members.Where(member => member != uid)] } });
                else if (item.List is { } list && list.Users.ContainsKey(uid))
                    Set(key, new() { List = list with { Users = list.Users.Without(uid) } });
            }
        });
    }

    /// <summary>Adds a group, or changes the description of one.</summary>
    public SecurityResult PutGroup(string gid, string description, bool? mustBeNew = null)
    {
        if (AccountNames.Problem(gid) is { } problem)
            return SecurityResult.Invalid(problem);
        var standing = _items.GetValueOrDefault(GroupPrefix + gid)?.Group;
        if (mustBeNew == true && standing is not null)
            return SecurityResult.Exists($"there is a group {gid} already");
        if (mustBeNew == false && standing is null)
            return SecurityResult.NotFound($"there is no group {gid}");
        Set(GroupPrefix + gid, new() { Group = standing is null ? new(gid, description, []) : standing with { Description = description } });
        return SecurityResult.Done;
    }

    /// <summary>Removes a group with its permissions.</summary>
    public SecurityResult RemoveGroup(string gid)
    {
        if (!_items.ContainsKey(GroupPrefix + gid))
            return SecurityResult.NotFound($"there is no group {gid}");
        return Keeping(() =>
        {
            Set(GroupPrefix + gid, null);
            foreach (var (key, item) in _items.ToList())
            {
                if (item.List is { } list && list.Groups.ContainsKey(gid))
                    Set(key, new() { List = list with { Groups = list.Groups.Without(gid) } });
            }
        });
    }

    /// <summary>Takes an account into a group, or out of it.</summary>
    public SecurityResult SetMember(string gid, string uid, bool isMember)
    {
        if (_items.GetValueOrDefault(GroupPrefix + gid)?.Group is not { } group)
            return SecurityResult.NotFound($"there is no group {gid}");
        if (Account(uid) is null)
            return SecurityResult.NotFound($"there is no account {uid}");
        if (group.Members.AsEnumerable().Contains(uid) == isMember)
            return isMember ? SecurityResult.Exists($"{uid} is a member of {gid} already") : SecurityResult.NotFound($"{uid} is no member of {gid}");
        var members = isMember ? group.Members.Add(uid).Order(StringComparer.Ordinal) : group.Members.Where(member => member != uid);
        return Keeping(() => Set(GroupPrefix + gid, new() { Group = group with { Members = [.. members] } }));
    }

    /// <summary>Adds a list of permissions for a resource, or changes the description of one.</summary>
    public SecurityResult PutList(string resource, string description, bool mustBeNew)
    {
        if (ResourceId.Validate(resource) is { } problem)
            return SecurityResult.Invalid(problem);
        var standing = _items.GetValueOrDefault(ListPrefix + resource)?.List;
        if (mustBeNew == standing is not null)
            return mustBeNew ? SecurityResult.Exists($"there is an access list of {resource} already") : SecurityResult.NotFound($"there is no access list of {resource}");
        Set(ListPrefix + resource, new() { List = standing is null ? new(resource, description, default, default) : standing with { Description = description } });
        return SecurityResult.Done;
    }

    /// <summary>Removes all permissions for a resource.</summary>
    public SecurityResult RemoveList(string resource) => _items.ContainsKey(ListPrefix + resource)
        ? Keeping(() => Set(ListPrefix + resource, null))
        : SecurityResult.NotFound($"there is no access list of {resource}");

    /// <summary>Gives a permission to an account, a group, or tasks (<see cref="WorkloadSubject"/>), which need not be there.</summary>
    public SecurityResult Grant(Permission permission, string subject, bool isGroup)
    {
        if (ResourceId.Validate(permission.Resource) is { } problem)
            return SecurityResult.Invalid(problem);
        var isTask = !isGroup && WorkloadSubject.IsOne(subject);
        if (isTask && WorkloadSubject.Problem(subject) is { } wrong)
            return SecurityResult.Invalid(wrong);
        if (!isTask && !_items.ContainsKey((isGroup ? GroupPrefix : AccountPrefix) + subject))
            return SecurityResult.NotFound($"there is no {(isGroup ? "group" : "account")} {subject}");
        var list = _items.GetValueOrDefault(ListPrefix + permission.Resource)?.List ?? new(permission.Resource, "", default, default);
        var subjects = isGroup ? list.Groups : list.Users;
        var actions = subjects.Find(subject);
        if (actions.AsEnumerable().Contains(permission.Action))
            return SecurityResult.Exists($"{subject} has {permission} already");
        subjects = subjects.With(subject, [.. actions.Add(permission.Action).Order()]);
        Set(ListPrefix + permission.Resource, new() { List = isGroup ? list with { Groups = subjects } : list with { Users = subjects } });
        return SecurityResult.Done;
    }

    /// <summary>Takes a permission back.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="action">The action; null: all that the subject has there.</param>
    /// <param name="subject">The account or group.</param>
    /// <param name="isGroup">It is a group.</param>
    public SecurityResult Revoke(string resource, AccessAction? action, string subject, bool isGroup)
    {
        var list = _items.GetValueOrDefault(ListPrefix + resource)?.List;
        var subjects = list is null ? default : isGroup ? list.Groups : list.Users;
        var actions = subjects.Find(subject);
        var left = action is { } one ? actions.Where(other => other != one).ToValueList() : default;
        if (list is null || left.Count == actions.Count)
            return SecurityResult.NotFound($"{subject} has no such permission for {resource}");
        subjects = left.IsEmpty ? subjects.Without(subject) : subjects.With(subject, left);
        return Keeping(() => Set(ListPrefix + resource, new() { List = isGroup ? list with { Groups = subjects } : list with { Users = subjects } }));
    }

    /// <summary>Takes in somebody who has logged in at a provider: makes the account at the first time, and its memberships what the provider says.</summary>
    public SecurityResult Federate(FederatedUser user, DateTimeOffset now)
    {
        var account = Account(user.Uid);
        // Nobody becomes an account of here, or of another provider, by a name.
        if (account is not null && account.Provider != user.Provider)
            return SecurityResult.Invalid($"there is an account {user.Uid} already that does not log in at {user.Provider}");
        if (account is null && Add(new() { Uid = user.Uid, Kind = IdentityKind.User, Description = user.Description, Provider = user.Provider, CreatedAt = now }) is { Outcome: not SecurityOutcome.Done } refused)
            return refused;
        foreach (var gid in user.Governed)
        {
            if (_items.GetValueOrDefault(GroupPrefix + gid)?.Group is not { } group)
                continue;
            var belongs = user.Groups.AsEnumerable().Contains(gid);
            // What would leave nobody who may do everything stays as it is.
            if (group.Members.AsEnumerable().Contains(user.Uid) != belongs)
                SetMember(gid, user.Uid, belongs);
        }
        return SecurityResult.Done;
    }

    /// <summary>Writes down that a password is about to be looked at: it counts as wrong until <see cref="LoggedIn"/>.</summary>
    /// <returns>How long the account rests yet; null: it may be looked at.</returns>
    public TimeSpan? Attempt(string uid, DateTimeOffset now)
    {
        if (Account(uid) is not { } account)
            return AttemptOfNobody(uid, now);
        if (account.LockedUntil is { } until && until > now)
            return until - now;
        var failures = account.Failures + 1;
        Set(AccountPrefix + uid, new() { Account = account with { Failures = failures, LockedUntil = now + LockOut.After(failures) } });
        return null;
    }

    // Names that nobody has rest like those of accounts, so that nobody learns by it which are there. What is no name is known to be none.
    private TimeSpan? AttemptOfNobody(string uid, DateTimeOffset now)
    {
        if (AccountNames.Problem(uid) is not null)
            return null;
        var (failures, until) = _nobodys.GetValueOrDefault(uid);
        if (until > now)
            return until - now;
        if (_nobodys.Count >= MostNobodys)
            _nobodys.Clear();
        _nobodys[uid] = (failures + 1, now + LockOut.After(failures + 1));
        return null;
    }

    /// <summary>The password was right.</summary>
    public void LoggedIn(string uid)
    {
        if (Account(uid) is { Failures: > 0 } account)
            Set(AccountPrefix + uid, new() { Account = account with { Failures = 0, LockedUntil = null } });
    }

    /// <summary>Writes down a token for programs.</summary>
    public SecurityResult AddToken(IssuedToken token)
    {
        if (!token.IsForAgents && Account(token.Uid) is null)
            return SecurityResult.NotFound($"there is no account {token.Uid}");
        foreach (var permission in token.Scope)
        {
            if (ResourceId.Validate(permission.Resource) is { } problem)
                return SecurityResult.Invalid(problem);
        }
        Set(TokenPrefix + token.Id, new() { Token = token });
        return SecurityResult.Done;
    }

    /// <summary>Takes a token for programs back.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="owner">Only if it is this account's; null: whoever's.</param>
    public SecurityResult RemoveToken(string id, string? owner)
    {
        if (_items.GetValueOrDefault(TokenPrefix + id)?.Token is not { } token || (owner is not null && token.Uid != owner))
            return SecurityResult.NotFound($"there is no token {id}");
        Set(TokenPrefix + id, null);
        return SecurityResult.Done;
    }

    /// <summary>Takes the token of a login back, and forgets those that have expired meanwhile.</summary>
    public void Revoke(TokenFacts token, DateTimeOffset now)
    {
        foreach (var (key, item) in _items.Where(entry => entry.Value.Revoked < now || entry.Value.Token?.ExpiresAt < now).ToList())
            Set(key, null);
        if (token.ExpiresAt > now)
            Set(RevokedPrefix + token.Id, new() { Revoked = token.ExpiresAt });
    }

    /// <summary>What is known of the certificate of an agent; null: it has had none.</summary>
    public AgentCertificate? AgentCertificate(string agentId) => _items.GetValueOrDefault(AgentPrefix + agentId)?.Agent;

    /// <summary>Writes down that an agent gets a certificate, unless <see cref="AgentAdmission.CertificateRefusal"/> has something against it.</summary>
    public SecurityResult Certify(AgentCertificate certificate, AgentProof proof, string? certified, DateTimeOffset now)
    {
        var record = AgentCertificate(certificate.AgentId);
        if (AgentAdmission.CertificateRefusal(certificate.AgentId, proof, certified, record, certificate.Authority, now) is { } refusal)
            return SecurityResult.Invalid(refusal);
        // One that was renewed with itself has been shown.
        Set(AgentPrefix + certificate.AgentId, new() { Agent = certificate with { IsUsed = proof == AgentProof.Certificate } });
        return SecurityResult.Done;
    }

    /// <summary>A session is held with the certificate of an agent.</summary>
    public void CertificateUsed(string agentId)
    {
        if (AgentCertificate(agentId) is { IsUsed: false } record)
            Set(AgentPrefix + agentId, new() { Agent = record with { IsUsed = true } });
    }

    /// <summary>Lets an agent in no more, whatever it shows.</summary>
    public SecurityResult RevokeAgent(string agentId, DateTimeOffset now)
    {
        var record = AgentCertificate(agentId) ?? new(agentId, now);
        if (record.RevokedAt is null)
            Set(AgentPrefix + agentId, new() { Agent = record with { RevokedAt = now } });
        return SecurityResult.Done;
    }

    /// <summary>The key to sign with now; null: a new one is due.</summary>
    public SigningKey? SigningKey(DateTimeOffset now) => Keys.FirstOrDefault(key => key.CreatedAt + Security.SigningKey.SigningTime > now);

    /// <summary>Adds a key, and forgets those whose tokens have all expired.</summary>
    public void AddKey(SigningKey key, DateTimeOffset now)
    {
        foreach (var old in Keys.Where(one => one.CreatedAt + Security.SigningKey.Lifetime < now).ToList())
            Set(KeyPrefix + old.Id, null);
        Set(KeyPrefix + key.Id, new() { Key = key });
    }

    /// <summary>The hash of the only code that makes an administrator from now on; null: none does.</summary>
    public void SetCode(string? hash) => Set(CodeKey, hash is null ? null : new() { CodeHash = hash });

    private bool IsAdministrator(string uid) => new SecurityView(_items).RightsOf(uid).Allows(AccessAction.Full, ResourceId.Superuser);

    // The door is never locked from inside: a change that leaves nobody who may undo it is refused.
    private SecurityResult Keeping(Action change)
    {
        var had = HasAdministrator;
        var before = new Dictionary<string, SecurityItem>(_items, StringComparer.Ordinal);
        var touched = new Dictionary<string, SecurityItem?>(_before, StringComparer.Ordinal);
        change();
        if (!had || HasAdministrator)
            return SecurityResult.Done;
        _items.Clear();
        _before.Clear();
        foreach (var (key, item) in before)
            _items[key] = item;
        foreach (var (key, item) in touched)
            _before[key] = item;
        return SecurityResult.Invalid("nobody would be left who may do everything: make another administrator first");
    }

    private void Set(string key, SecurityItem? item)
    {
        _before.TryAdd(key, _items.GetValueOrDefault(key));
        if (item is null)
            _items.Remove(key);
        else
            _items[key] = item;
    }
}
