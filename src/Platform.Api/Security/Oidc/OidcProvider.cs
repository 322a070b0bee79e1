using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Platform.Core.Collections;

namespace Platform.Api.Security.Oidc;

/// <summary>What is asked of a provider, and what its tokens say.</summary>
internal sealed class OidcProvider : IDisposable
{
    private const int LongestToken = 16 * 1024;
    private const int LargestAnswer = 256 * 1024;

    /// <summary>So far may the provider's clock differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    /// <summary>What the provider says of itself is asked for again after so long, and earlier when a token names a key that is not known.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromHours(12);
    private static readonly TimeSpan ShortestRenewal = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly HttpDocumentRetriever _documents;
    private readonly SemaphoreSlim _asking = new(1);
    private volatile Known? _known;

    public OidcProvider(OidcSettings settings, TimeProvider time)
    {
        (Settings, _time) = (settings, time);
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = LargestAnswer };
        _documents = new(_http) { RequireHttps = settings.Issuer.StartsWith("https://", StringComparison.Ordinal) };
    }

    public OidcSettings Settings { get; }

    /// <summary>Where a browser is sent to log in.</summary>
    /// <exception cref="OidcException">The provider cannot be asked.</exception>
    public async Task<string> AuthorizeUrlAsync(string redirect, string state, string nonce, string challenge, CancellationToken cancellation) =>
        QueryHelpers.AddQueryString((await ConfigurationAsync(Renewal, cancellation)).AuthorizationEndpoint, new Dictionary<string, string?>
        {
            ["response_type"] = "code", ["client_id"] = Settings.Client, ["redirect_uri"] = redirect, ["scope"] = Settings.Scope,
            ["state"] = state, ["nonce"] = nonce, ["code_challenge"] = challenge, ["code_challenge_method"] = "S256",
        });

    /// <summary>The token of the user for the code that a browser brought back.</summary>
    /// <exception cref="OidcException">The provider gives none.</exception>
    public async Task<string> RedeemAsync(string code, string redirect, string verifier, CancellationToken cancellation)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirect, ["client_id"] = Settings.Client, ["code_verifier"] = verifier,
        };
        if (Settings.Secret is { } secret)
            form["client_secret"] = secret;
        using var request = new HttpRequestMessage(HttpMethod.Post, (await ConfigurationAsync(Renewal, cancellation)).TokenEndpoint) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        try
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation)) as JsonObject;
            return answer.IsSuccessStatusCode && json?["id_token"] is JsonValue token && token.TryGetValue<string>(out var text) ? text
                : throw new OidcException($"the provider refused the code of the login: {(json?["error"] is JsonValue said ? said.ToJsonString() : $"status {(int)answer.StatusCode}")}");
        }
        catch (Exception failure) when (failure is HttpRequestException or System.Text.Json.JsonException or InvalidOperationException || failure is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new OidcException($"the provider does not answer: {failure.Message}");
        }
    }

    /// <summary>All values of the claims of a token that the provider has signed for us and that counts now.</summary>
    /// <param name="token">What somebody shows.</param>
    /// <param name="nonce">What it has to carry from our request; null: it was not asked for by us.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OidcException">It is none.</exception>
    public async Task<IReadOnlyDictionary<string, ValueList<string>>> ReadAsync(string token, string? nonce, CancellationToken cancellation)
    {
        var result = await CheckAsync(token, Renewal, cancellation);
        // The provider may have another key since.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
            result = await CheckAsync(token, ShortestRenewal, cancellation);
        if (!result.IsValid)
        {
            throw new OidcException(result.Exception switch
            {
                SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNoExpirationException => "the provider's token has expired: log in again",
                SecurityTokenInvalidAudienceException => "the provider's token is for somebody else",
                _ => "the token is not one of the provider's",
            });
        }
        var read = (JsonWebToken)result.SecurityToken;
        if (nonce is not null && (!read.TryGetPayloadValue<string>("nonce", out var carried) || carried != nonce))
            throw new OidcException("the provider's token was not made for this login");
        return read.Claims.GroupBy(claim => claim.Type, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Select(claim => claim.Value).ToValueList(), StringComparer.Ordinal);
    }

    /// <summary>Whether a token says that it is of this provider; nothing of it has been checked.</summary>
    public bool IsOf(string token)
    {
        try
        {
            return token.Length <= LongestToken && Handler.CanReadToken(token) && new JsonWebToken(token).Issuer == Settings.Issuer;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        _asking.Dispose();
    }

    private async Task<TokenValidationResult> CheckAsync(string token, TimeSpan renewal, CancellationToken cancellation)
    {
        var configuration = await ConfigurationAsync(renewal, cancellation);
        return await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384],
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            IssuerSigningKeys = configuration.SigningKeys,
            ValidIssuer = Settings.Issuer,
            ValidAudiences = [Settings.Client, Settings.CommandClient ?? Settings.Client],
            LifetimeValidator = (from, to, _, _) =>
            {
                var now = _time.GetUtcNow().UtcDateTime;
                return to is { } end && end > now - Skew && (from is not { } start || start < now + Skew);
            },
        });
    }

    private async Task<OpenIdConnectConfiguration> ConfigurationAsync(TimeSpan renewal, CancellationToken cancellation)
    {
        if (_known is { } known && _time.GetElapsedTime(known.At) < renewal)
            return known.Configuration;
        await _asking.WaitAsync(cancellation);
        try
        {
            if (_known is { } since && _time.GetElapsedTime(since.At) < renewal)
                return since.Configuration;
            var found = await OpenIdConnectConfigurationRetriever.GetAsync(Settings.Issuer.TrimEnd('/') + "/.well-known/openid-configuration", _documents, cancellation);
            // Else one provider could speak for another (OpenID Connect Discovery 1.0, 4.3).
            if (found.Issuer != Settings.Issuer)
                throw new OidcException($"the provider calls itself {found.Issuer}, not {Settings.Issuer}: mend --oidc-issuer");
            _known = new(found, _time.GetTimestamp());
            return found;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or ArgumentException or System.Text.Json.JsonException || failure is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // What was known still holds, most likely.
            return _known?.Configuration ?? throw new OidcException($"the provider of logins cannot be asked: {(failure.InnerException ?? failure).Message}");
        }
        finally
        {
            _asking.Release();
        }
    }

    private sealed record Known(OpenIdConnectConfiguration Configuration, long At);
}

/// <summary>A login at a provider failed; the message says why, for who tried.</summary>
internal sealed class OidcException(string message) : Exception(message);
