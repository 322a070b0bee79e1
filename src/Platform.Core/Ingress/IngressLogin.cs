namespace Platform.Core.Ingress;

/// <summary>Who may send requests: HTTP's basic authentication, as in <c>HAPROXY_0_AUTH=realm:user:hash</c>.</summary>
/// <param name="Realm">What browsers show.</param>
/// <param name="User">The user's name.</param>
/// <param name="PasswordHash">The password as crypt(3) hashes it, such as <c>$6$salt$...</c>.</param>
public sealed record IngressLogin(string Realm, string User, string PasswordHash);
