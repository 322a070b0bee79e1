using Platform.Core.Security;

namespace Platform.Api.Security.Oidc;

/// <summary>A provider of OpenID Connect that people log in at.</summary>
public sealed record OidcSettings
{
    /// <summary>Its address, to which <c>/.well-known/openid-configuration</c> is added; <c>iss</c> of its tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>The id of the control plane at the provider.</summary>
    public required string Client { get; init; }

    /// <summary>Its secret there; null: it is a public client, and PKCE is all.</summary>
    public string? Secret { get; init; }

    /// <summary>The id of the command line at the provider, a public client that may redirect to loopback. Default: the control plane's.</summary>
    public string? CommandClient { get; init; }

    /// <summary>What the page for logins calls it. Default: the host of the issuer.</summary>
    public string? Title { get; init; }

    /// <summary>What is asked for. Default <c>openid profile email</c>.</summary>
    public string Scope { get; init; } = "openid profile email";

    /// <summary>How its users are known here.</summary>
    public required Federation Users { get; init; }
}
