using Platform.Api.Marathon.Operations;
using Platform.Api.Security;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;

namespace Platform.Api.Acs;

/// <summary>What an administrator does with identities and rights, and everybody with the own ones, for surfaces in the same process: what <c>/acs/api/v1</c> and <c>/api/tokens</c> do, with the same checks.</summary>
public sealed class SecurityOperations
{
    private readonly IGrainFactory _grains;
    private readonly SecurityFeed _feed;
    private readonly PasswordCheck _passwords;

    internal SecurityOperations(IGrainFactory grains, SecurityFeed feed, PasswordCheck passwords) => (_grains, _feed, _passwords) = (grains, feed, passwords);

    private ISecurityGrain Store => _grains.GetGrain<ISecurityGrain>(0);

    private static Access Access => AccessScope.Current;

    /// <summary>Identities and rights as they are stored now.</summary>
    public async Task<SecurityView> ViewAsync()
    {
        Access.Demand(AccessAction.Read, ResourceId.Identities);
        return await ReadAsync();
    }

    /// <summary>Who asks, with the permissions and where they come from.</summary>
    public async Task<IReadOnlyList<AccessGrant>> OwnGrantsAsync() => (await ReadAsync()).GrantsOf(Access.Who.Uid);

    /// <summary>Adds somebody who logs in with a password.</summary>
    /// <exception cref="OperationRefusedException">The name or the password will not do, or the name is taken.</exception>
    public async Task AddUserAsync(string uid, string description, string password)
    {
        Demand();
        Check(password, uid);
        await DoAsync(Store.AddAccountAsync(new() { Uid = uid, Kind = IdentityKind.User, Description = description, PasswordHash = await _passwords.HashAsync(password) }));
    }

    /// <summary>Adds a program that logs in with a key.</summary>
    /// <param name="uid">Its id.</param>
    /// <param name="description">For people.</param>
    /// <param name="publicKey">Its public key, PEM.</param>
    /// <exception cref="OperationRefusedException">The name or the key will not do, or the name is taken.</exception>
    public async Task AddServiceAsync(string uid, string description, string publicKey)
    {
        Demand();
        if (ServiceLogin.ProblemOfKey(publicKey) is { } problem)
            throw new OperationRefusedException("The key will not do", "/public_key", problem);
        await DoAsync(Store.AddAccountAsync(new() { Uid = uid, Kind = IdentityKind.Service, Description = description, PublicKey = publicKey }));
    }

    /// <summary>Gives a new password; whoever is logged in with the old one has to log in again.</summary>
    public async Task SetPasswordAsync(string uid, string password)
    {
        Demand();
        Check(password, uid);
        await DoAsync(Store.ChangeAccountAsync(uid, null, await _passwords.HashAsync(password), null, revokeTokens: false));
    }

    /// <summary>Changes the own password.</summary>
    /// <exception cref="OperationRefusedException">The current one is wrong, or the new one will not do.</exception>
    public async Task ChangeOwnPasswordAsync(string current, string password)
    {
        if (Access is not { Who.Kind: IdentityKind.User, Token.Use: TokenUse.Login })
            throw new OperationRefusedException("Only who has logged in has a password", "/password", "log in first");
        var uid = Access.Who.Uid;
        if (!await _passwords.IsRightAsync(uid, current))
            throw new OperationRefusedException("The current password is wrong", "/current_password", "is wrong");
        Check(password, uid);
        await DoAsync(Store.ChangeAccountAsync(uid, null, await _passwords.HashAsync(password), null, revokeTokens: false));
    }

    /// <summary>Takes all tokens of an account back that were issued so far.</summary>
    public Task LogOutAsync(string uid) => ChangeAsync(() => Store.ChangeAccountAsync(uid, null, null, null, revokeTokens: true));

    /// <summary>Removes an account with all that belongs to it.</summary>
    public Task RemoveAccountAsync(string uid) => ChangeAsync(() => Store.RemoveAccountAsync(uid));

    /// <summary>Adds a group.</summary>
    public Task AddGroupAsync(string gid, string description) => ChangeAsync(() => Store.PutGroupAsync(gid, description, mustBeNew: true));

    /// <summary>Removes a group with its permissions.</summary>
    public Task RemoveGroupAsync(string gid) => ChangeAsync(() => Store.RemoveGroupAsync(gid));

    /// <summary>Takes an account into a group or out of it.</summary>
    public Task SetMemberAsync(string gid, string uid, bool isMember) => ChangeAsync(() => Store.SetMemberAsync(gid, uid, isMember));

    /// <summary>Gives a permission.</summary>
    /// <param name="permission">The permission; <see cref="NamedRoles.Grant"/> makes those of roles.</param>
    /// <param name="subject">The account or group.</param>
    /// <param name="isGroup">It is a group.</param>
    public Task GrantAsync(Permission permission, string subject, bool isGroup) => ChangeAsync(() => Store.GrantAsync(permission, subject, isGroup));

    /// <summary>Takes a permission back.</summary>
    public Task RevokeAsync(Permission permission, string subject, bool isGroup) => ChangeAsync(() => Store.RevokeAsync(permission.Resource, permission.Action, subject, isGroup));

    /// <summary>The own tokens for programs, oldest first.</summary>
    public async Task<IReadOnlyList<IssuedToken>> OwnTokensAsync() =>
        [.. (await ReadAsync()).Tokens.Values.Where(token => token.Uid == Access.Who.Uid && !token.IsForAgents).OrderBy(token => token.CreatedAt)];

    /// <summary>Makes a token for programs with the own rights, or some of them.</summary>
    /// <param name="description">For people.</param>
    /// <param name="lifetime">How long it counts, at most <see cref="TokenLifetimes.Longest"/>.</param>
    /// <param name="scope">It is good for nothing else; empty: for all that its owner may do.</param>
    /// <exception cref="OperationRefusedException">It was refused.</exception>
    public async Task<SignedToken> AddTokenAsync(string description, TimeSpan lifetime, ValueList<Permission> scope)
    {
        // A token must not outlive itself by making another one.
        if (Access.Token is not { Use: TokenUse.Login })
            throw new OperationRefusedException("Tokens for programs are made by who has logged in", "/", "log in first");
        if (lifetime <= TimeSpan.Zero || lifetime > TokenLifetimes.Longest)
            throw new OperationRefusedException("It will not do", "/days", $"must be more than 0 and at most {TokenLifetimes.Longest.TotalDays}");
        foreach (var permission in scope.AsEnumerable())
        {
            if (ResourceId.Validate(permission.Resource) is { } problem)
                throw new OperationRefusedException("It will not do", "/scope", problem);
        }
        var (result, token) = await Store.IssueForProgramAsync(new() { Id = "", Uid = Access.Who.Uid, Description = description, Scope = scope }, lifetime);
        await FinishAsync(result);
        return token!;
    }

    /// <summary>Takes one of the own tokens back; whoever may change identities, anybody's.</summary>
    public Task RemoveTokenAsync(string id) => DoAsync(Store.RemoveTokenAsync(id, Access.Allows(AccessAction.Update, ResourceId.Identities) ? null : Access.Who.Uid));

    /// <summary>The newest lines of the audit log, JSON each, oldest first.</summary>
    /// <param name="before">Lines with smaller numbers only; null: the newest of all.</param>
    /// <param name="most">How many at most.</param>
    /// <returns>The lines, and the number of the first of them.</returns>
    public async Task<(ValueList<string> Lines, long First)> AuditAsync(long? before, int most)
    {
        Access.Demand(AccessAction.Read, ResourceId.Audit);
        var log = _grains.GetGrain<IAuditGrain>(0);
        var end = before ?? await log.GetNextAsync();
        var first = Math.Max(end - most, 0);
        return (await log.ReadAsync(first - 1, (int)(end - first)), first);
    }

    /// <summary>The number that the next line of the audit log will have.</summary>
    public Task<long> AuditEndAsync()
    {
        Access.Demand(AccessAction.Read, ResourceId.Audit);
        return _grains.GetGrain<IAuditGrain>(0).GetNextAsync();
    }

    private static void Demand() => Access.Demand(AccessAction.Update, ResourceId.Identities);

    private static void Check(string password, string uid)
    {
        if (PasswordPolicy.Problem(password, uid) is { } problem)
            throw new OperationRefusedException("The password will not do", "/password", problem);
    }

    private Task ChangeAsync(Func<Task<SecurityResult>> change)
    {
        Demand();
        return DoAsync(change());
    }

    private async Task DoAsync(Task<SecurityResult> change) => await FinishAsync(await change);

    private async Task FinishAsync(SecurityResult result)
    {
        if (result.Outcome != SecurityOutcome.Done)
            throw new OperationRefusedException(AcsApi.Refusal(result));
        // This process knows of it before anybody asks again.
        await _feed.RefreshAsync();
    }

    private async Task<SecurityView> ReadAsync() => new((await Store.ReadAsync(0))!.Items);
}
