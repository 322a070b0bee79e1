using Platform.Contracts.Recovery;
using Platform.Core.Collections;
using Platform.Core.Security;
using Platform.Core.Security.Certificates;

namespace Platform.Contracts.Security;

/// <summary>Accounts, groups, permissions, and the keys that tokens are signed with. Key 0. Everything is durable when it returns.</summary>
[Alias("Platform.ISecurityGrain")]
public interface ISecurityGrain : IGrainWithIntegerKey, IWakeable
{
    /// <summary>Everything but secrets, if it is not what the reader knows already; null: it is.</summary>
    /// <param name="known">The number of what the reader knows; 0: nothing.</param>
    [AlwaysInterleave, Alias("Read")]
    Task<SecuritySnapshot?> ReadAsync(long known);

    /// <summary>Adds an account.</summary>
    [Alias("AddAccount")]
    Task<SecurityResult> AddAccountAsync(Account account);

    /// <summary>Changes an account; null leaves a part as it is.</summary>
    [Alias("ChangeAccount")]
    Task<SecurityResult> ChangeAccountAsync(string uid, string? description, string? passwordHash, string? publicKey, bool revokeTokens);

    /// <summary>Removes an account with all that belongs to it.</summary>
    [Alias("RemoveAccount")]
    Task<SecurityResult> RemoveAccountAsync(string uid);

    /// <summary>Adds a group or describes one anew.</summary>
    /// <param name="gid">Its id.</param>
    /// <param name="description">For people.</param>
    /// <param name="mustBeNew">It must not be there, or must be there; null: either.</param>
    [Alias("PutGroup")]
    Task<SecurityResult> PutGroupAsync(string gid, string description, bool? mustBeNew);

    /// <summary>Removes a group.</summary>
    [Alias("RemoveGroup")]
    Task<SecurityResult> RemoveGroupAsync(string gid);

    /// <summary>Takes an account into a group or out of it.</summary>
    [Alias("SetMember")]
    Task<SecurityResult> SetMemberAsync(string gid, string uid, bool isMember);

    /// <summary>Adds an access list of a resource or describes one anew.</summary>
    [Alias("PutList")]
    Task<SecurityResult> PutListAsync(string resource, string description, bool mustBeNew);

    /// <summary>Removes all permissions for a resource.</summary>
    [Alias("RemoveList")]
    Task<SecurityResult> RemoveListAsync(string resource);

    /// <summary>Gives a permission.</summary>
    [Alias("Grant")]
    Task<SecurityResult> GrantAsync(Permission permission, string subject, bool isGroup);

    /// <summary>Takes a permission back; without an action all that the subject has for the resource.</summary>
    [Alias("Revoke")]
    Task<SecurityResult> RevokeAsync(string resource, AccessAction? action, string subject, bool isGroup);

    /// <summary>Takes in somebody who has logged in at a provider; writes only what has changed.</summary>
    [Alias("Federate")]
    Task<SecurityResult> FederateAsync(FederatedUser user);

    /// <summary>Begins to look at a password, which counts as wrong until <see cref="LoggedInAsync"/>.</summary>
    [Alias("Attempt")]
    Task<PasswordAttempt> AttemptAsync(string uid);

    /// <summary>The password was right: wrong ones before are forgotten.</summary>
    [Alias("LoggedIn")]
    Task LoggedInAsync(string uid);

    /// <summary>Signs a token.</summary>
    /// <param name="uid">Whose it is.</param>
    /// <param name="use">What it is for.</param>
    /// <param name="lifetime">How long it counts.</param>
    /// <param name="audience">Who shall take it; null: this cluster.</param>
    /// <param name="loggedInAt">When its owner proved who it is; null: now.</param>
    [Alias("Issue")]
    Task<SignedToken> IssueAsync(string uid, TokenUse use, TimeSpan lifetime, string? audience, DateTimeOffset? loggedInAt);

    /// <summary>Signs a token for programs, which is good until it expires or is taken back.</summary>
    [Alias("IssueForProgram")]
    Task<(SecurityResult Result, SignedToken? Token)> IssueForProgramAsync(IssuedToken token, TimeSpan lifetime);

    /// <summary>Signs a token for agents, which is good until it expires or is taken back.</summary>
    /// <param name="name">The agent.</param>
    /// <param name="lifetime">How long it counts.</param>
    /// <param name="authority">The fingerprint of the authority that it tells the agent to trust; null: none.</param>
    [Alias("IssueForAgent")]
    Task<SignedToken> IssueForAgentAsync(string name, TimeSpan lifetime, string? authority);

    /// <summary>Signs tokens of tasks, in their order.</summary>
    /// <returns>The tokens; or none and why, as when there is no key file.</returns>
    [Alias("IssueForTasks")]
    Task<(ValueList<SignedToken> Tokens, string? Problem)> IssueForTasksAsync(ValueList<TaskTokenOrder> orders);

    /// <summary>Takes a token for programs or agents back.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="owner">Only if it belongs to this account; null: whoever's it is.</param>
    [Alias("RemoveToken")]
    Task<SecurityResult> RemoveTokenAsync(string id, string? owner);

    /// <summary>Writes down that an agent gets a certificate, or says why it gets none.</summary>
    [Alias("CertifyAgent")]
    Task<SecurityResult> CertifyAgentAsync(AgentCertificate certificate, AgentProof proof, string? certified);

    /// <summary>A session is held with the certificate of an agent: a token alone is not enough for it any more.</summary>
    [Alias("AgentCertificateUsed")]
    Task AgentCertificateUsedAsync(string agentId);

    /// <summary>Lets an agent in no more, whatever it shows.</summary>
    [Alias("RevokeAgent")]
    Task<SecurityResult> RevokeAgentAsync(string agentId);

    /// <summary>Takes the token of a login back.</summary>
    [Alias("RevokeToken")]
    Task RevokeTokenAsync(TokenFacts token);

    /// <summary>A code that makes an administrator, once; an earlier one is void. Null: there is an administrator and it is not forced.</summary>
    [Alias("NewCode")]
    Task<string?> NewCodeAsync(bool force);

    /// <summary>Makes an administrator of the account, which is added, or gets a new password, if the code is right.</summary>
    [Alias("UseCode")]
    Task<SecurityResult> UseCodeAsync(string code, Account account);
}
