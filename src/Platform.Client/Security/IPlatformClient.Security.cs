using System.Text.Json.Nodes;

namespace Platform.Client;

/// <content>Logins, identities and rights.</content>
public partial interface IPlatformClient
{
    /// <summary>Logs in with a password; the token is for <see cref="PlatformClientOptions.Token"/>.</summary>
    Task<string> LogInAsync(string uid, string password, CancellationToken cancellationToken = default);

    /// <summary>Logs in as a service account with a token that its key has signed.</summary>
    Task<string> LogInWithKeyAsync(string uid, string signed, CancellationToken cancellationToken = default);

    /// <summary>A later token for that of a login.</summary>
    Task<string> RenewLoginAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes an administrator by the code that a start has printed.</summary>
    Task UseCodeAsync(string code, string uid, string password, CancellationToken cancellationToken = default);

    /// <summary>Lines of the audit log after a number, in order; at most some thousands.</summary>
    Task<IReadOnlyList<string>> ReadAuditAsync(long after, CancellationToken cancellationToken = default);

    /// <summary>The certificate of the cluster's authority, PEM.</summary>
    Task<string> GetAuthorityAsync(CancellationToken cancellationToken = default);

    /// <summary>Calls the API of identities, <c>/acs/api/v1</c>, or another one that has no handle of its own.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The whole path.</param>
    /// <param name="body">The body, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer; null: it was empty.</returns>
    Task<JsonNode?> CallAsync(HttpMethod method, string path, JsonNode? body = null, CancellationToken cancellationToken = default);
}
