using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Platform.Contracts.Security;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Core.Security.Certificates;
using Platform.Grains.Secrets;

namespace Platform.Grains.Security;

/// <summary>Keeps identities and rights; <see cref="SecurityModel"/> decides.</summary>
[KeepAlive, GrainType("platform.security")]
public sealed partial class SecurityGrain(
    [PersistentState("security", "platform")] IPersistentState<SecurityState> state,
    [PersistentItems("identities", "platform")] IPersistentItems<SecurityItem> items,
    TokenSigner signer,
    IOptions<TokenOptions> options,
    TimeProvider time,
    ILogger<SecurityGrain> logger) : Grain, ISecurityGrain
{
    private const int CodeBytes = 15;

    private SecurityModel _model = null!;
    private SecuritySnapshot _snapshot = null!;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _model = new(items.Items);
        _snapshot = Snapshot();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task WakeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<SecuritySnapshot?> ReadAsync(long known) => Task.FromResult(known > 0 && known == _snapshot.Version ? null : _snapshot);

    /// <inheritdoc/>
    public Task<SecurityResult> AddAccountAsync(Account account) => ChangeAsync(model => model.Add(account with { CreatedAt = time.GetUtcNow() }));

    /// <inheritdoc/>
    public Task<SecurityResult> ChangeAccountAsync(string uid, string? description, string? passwordHash, string? publicKey, bool revokeTokens) =>
        ChangeAsync(model => model.Change(uid, time.GetUtcNow(), description, passwordHash, publicKey, revokeTokens));

    /// <inheritdoc/>
    public Task<SecurityResult> RemoveAccountAsync(string uid) => ChangeAsync(model => model.RemoveAccount(uid));

    /// <inheritdoc/>
    public Task<SecurityResult> PutGroupAsync(string gid, string description, bool? mustBeNew) => ChangeAsync(model => model.PutGroup(gid, description, mustBeNew));

    /// <inheritdoc/>
    public Task<SecurityResult> RemoveGroupAsync(string gid) => ChangeAsync(model => model.RemoveGroup(gid));

    /// <inheritdoc/>
    public Task<SecurityResult> SetMemberAsync(string gid, string uid, bool isMember) => ChangeAsync(model => model.SetMember(gid, uid, isMember));

    /// <inheritdoc/>
    public Task<SecurityResult> PutListAsync(string resource, string description, bool mustBeNew) => ChangeAsync(model => model.PutList(resource, description, mustBeNew));

    /// <inheritdoc/>
    public Task<SecurityResult> RemoveListAsync(string resource) => ChangeAsync(model => model.RemoveList(resource));

    /// <inheritdoc/>
    public Task<SecurityResult> GrantAsync(Permission permission, string subject, bool isGroup) => ChangeAsync(model => model.Grant(permission, subject, isGroup));

    /// <inheritdoc/>
    public Task<SecurityResult> RevokeAsync(string resource, AccessAction? action, string subject, bool isGroup) =>
        ChangeAsync(model => model.Revoke(resource, action, subject, isGroup));

    /// <inheritdoc/>
    public async Task<SecurityResult> FederateAsync(FederatedUser user)
    {
        var result = _model.Federate(user, time.GetUtcNow());
        if (result.Outcome == SecurityOutcome.Done && _model.HasChanges)
            await WriteAsync();
        return result;
    }

    /// <inheritdoc/>
    public async Task<PasswordAttempt> AttemptAsync(string uid)
    {
        if (_model.Attempt(uid, time.GetUtcNow()) is { } rest)
            return new(null, rest);
        await WriteAsync(isSeen: false);
        return new(_model.Account(uid)?.PasswordHash, null);
    }

    /// <inheritdoc/>
    public Task LoggedInAsync(string uid)
    {
        _model.LoggedIn(uid);
        return WriteAsync(isSeen: false);
    }

    /// <inheritdoc/>
    public async Task<SignedToken> IssueAsync(string uid, TokenUse use, TimeSpan lifetime, string? audience, DateTimeOffset? loggedInAt)
    {
        var key = await KeyAsync();
        var now = time.GetUtcNow();
        return signer.Sign(key, state.State.Issuer!, [audience ?? TokenClaims.ClusterAudience], new(NewId(), uid, use, now, now + lifetime, loggedInAt ?? now));
    }

    /// <inheritdoc/>
    public async Task<(SecurityResult Result, SignedToken? Token)> IssueForProgramAsync(IssuedToken token, TimeSpan lifetime)
    {
        var key = await KeyAsync();
        var now = time.GetUtcNow();
        token = token with { Id = NewId(), CreatedAt = now, ExpiresAt = now + lifetime };
        var result = await ChangeAsync(model => model.AddToken(token));
        return (result, result.Outcome == SecurityOutcome.Done
            ? signer.Sign(key, state.State.Issuer!, [TokenClaims.ClusterAudience], new(token.Id, token.Uid, TokenUse.Program, now, token.ExpiresAt, now))
            : null);
    }

    /// <inheritdoc/>
    public async Task<SignedToken> IssueForAgentAsync(string name, TimeSpan lifetime, string? authority)
    {
        var key = await KeyAsync();
        var now = time.GetUtcNow();
        var token = new IssuedToken { Id = NewId(), Uid = name, IsForAgents = true, Description = "agent", CreatedAt = now, ExpiresAt = now + lifetime };
        await ChangeAsync(model => model.AddToken(token));
        return signer.Sign(key, state.State.Issuer!, [TokenClaims.ClusterAudience], new(token.Id, name, TokenUse.Agent, now, token.ExpiresAt, now), authority);
    }

    /// <inheritdoc/>
    public async Task<(ValueList<SignedToken> Tokens, string? Problem)> IssueForTasksAsync(ValueList<TaskTokenOrder> orders)
    {
        SigningKey key;
        try
        {
            key = await KeyAsync();
        }
        catch (SecretException failure)
        {
            return (default, failure.Message);
        }
        var now = time.GetUtcNow();
        var tokens = orders.Select(order => signer.Sign(
            key, state.State.Issuer!, order.Audience.IsEmpty ? [TokenClaims.ClusterAudience] : [.. order.Audience],
            new(NewId(), order.Workload.Subject, TokenUse.Task, now, now + order.Lifetime, now) { Workload = order.Workload }, issuer: options.Value.Issuer));
        return (tokens.ToValueList(), null);
    }

    /// <inheritdoc/>
    public Task<SecurityResult> RemoveTokenAsync(string id, string? owner) => ChangeAsync(model => model.RemoveToken(id, owner));

    /// <inheritdoc/>
    public Task<SecurityResult> CertifyAgentAsync(AgentCertificate certificate, AgentProof proof, string? certified) =>
        ChangeAsync(model => model.Certify(certificate, proof, certified, time.GetUtcNow()));

    /// <inheritdoc/>
    public Task AgentCertificateUsedAsync(string agentId)
    {
        _model.CertificateUsed(agentId);
        return WriteAsync();
    }

    /// <inheritdoc/>
    public Task<SecurityResult> RevokeAgentAsync(string agentId) => ChangeAsync(model => model.RevokeAgent(agentId, time.GetUtcNow()));

    /// <inheritdoc/>
    public Task RevokeTokenAsync(TokenFacts token)
    {
        _model.Revoke(token, time.GetUtcNow());
        return WriteAsync();
    }

    /// <inheritdoc/>
    public async Task<string?> NewCodeAsync(bool force)
    {
        if (_model.HasAdministrator && !force)
            return null;
        var code = string.Join('-', Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(CodeBytes)).Chunk(6).Select(part => new string(part)));
        _model.SetCode(Hash(code));
        await WriteAsync();
        return code;
    }

    /// <inheritdoc/>
    public async Task<SecurityResult> UseCodeAsync(string code, Account account)
    {
        if (_model.CodeHash is not { } hash || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Hash(code.Trim()))))
            return new(SecurityOutcome.NotFound, "the code is wrong or was used before; a new one is printed at the next start as long as there is no administrator");
        var now = time.GetUtcNow();
        var result = _model.Account(account.Uid) is null
            ? _model.Add(account with { CreatedAt = now })
            : _model.Change(account.Uid, now, passwordHash: account.PasswordHash);
        if (result.Outcome != SecurityOutcome.Done)
            return result;
        _model.Grant(NamedRoles.Grant(NamedRole.Administrator), account.Uid, isGroup: false);
        _model.SetCode(null);
        await WriteAsync();
        LogAdministrator(account.Uid);
        return result;
    }

    private async Task<SecurityResult> ChangeAsync(Func<SecurityModel, SecurityResult> change)
    {
        var result = change(_model);
        if (result.Outcome == SecurityOutcome.Done)
            await WriteAsync();
        return result;
    }

    private async Task<SigningKey> KeyAsync()
    {
        var now = time.GetUtcNow();
        if (_model.SigningKey(now) is { } key)
            return key;
        key = await Task.Run(() => signer.NewKey(now));
        _model.AddKey(key, now);
        state.State.Issuer ??= "platform:" + NewId();
        await WriteAsync();
        LogKey(key.Id);
        return key;
    }

    private SecuritySnapshot Snapshot() => new(state.State.Version, state.State.Issuer ?? "", items.Items
        .Select(item => KeyValuePair.Create(item.Key, item.Value.WithoutSecrets()!)).Where(item => item.Value is not null).ToValueMap())
    {
        TaskIssuer = options.Value.Issuer,
    };

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));

    private static string Hash(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    // What was refused must not come with the next write: the next activation begins from what is stored.
    private async Task WriteAsync(bool isSeen = true)
    {
        try
        {
            foreach (var (key, item) in _model.TakeChanges())
            {
                if (item is null)
                    items.Remove(key);
                else
                    items.Set(key, item);
            }
            if (isSeen)
            {
                // Greater than any earlier number, also when the record was erased and begun anew.
                state.State.Version = Math.Max(state.State.Version + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
                await state.WriteStateAsync();
                // Readers see what is stored, and nothing before.
                _snapshot = Snapshot();
            }
            else
            {
                await items.WriteAsync();
            }
        }
        catch (StorageException)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Uid} became an administrator by a code")]
    private partial void LogAdministrator(string uid);

    [LoggerMessage(LogLevel.Information, "Tokens are signed with the new key {Id}")]
    private partial void LogKey(string id);
}
