using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>Requests to an authority that speaks ACME: signed, each with a nonce, over HTTPS alone (RFC 8555, 6).</summary>
internal sealed class AcmeClient : IDisposable
{
    private const int MostBytes = 1 << 20;
    private const int MostNonces = 5;

    private readonly HttpClient _http;
    private readonly AcmeSettings _settings;
    private readonly AcmeKey _key;
    private readonly TimeProvider _time;
    private string? _nonce;
    private Uri? _account;

    public AcmeClient(AcmeSettings settings, AcmeKey key, TimeProvider time)
    {
        (_settings, _key, _time) = (settings, key, time);
        // What is signed is for one address: nobody leads it elsewhere.
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(15) };
        if (settings.Authorities is { } authorities)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(authorities);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
        _http = new(handler) { Timeout = TimeSpan.FromSeconds(30), MaxResponseContentBufferSize = MostBytes };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform", "1"));
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
    }

    /// <summary>What the authority has, and under which addresses.</summary>
    public async Task<JsonElement> DirectoryAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Encrypted(_settings.Directory));
        return (await SendAsync(request, cancellation)).Json;
    }

    /// <summary>From now on requests are of this account; before they carry the key itself.</summary>
    public void Use(Uri account) => _account = account;

    /// <summary>Sends something, or reads what is there.</summary>
    /// <param name="directory">What the authority has.</param>
    /// <param name="address">To whom.</param>
    /// <param name="payload">What; null: nothing, to read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="accept">What is wanted.</param>
    /// <exception cref="AcmeException">It was refused, or nobody answers.</exception>
    public async Task<AcmeAnswer> PostAsync(JsonElement directory, Uri address, JsonNode? payload, CancellationToken cancellation, string accept = "application/json")
    {
        for (var tries = 1; ; tries++)
        {
            var nonce = _nonce ?? await NonceAsync(directory, cancellation);
            _nonce = null;
            var header = new JsonObject { ["nonce"] = nonce, ["url"] = Encrypted(address).AbsoluteUri };
            if (_account is null)
                header["jwk"] = _key.WebKey();
            else
                header["kid"] = _account.AbsoluteUri;
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_key.Sign(header, payload).ToJsonString())) };
            // Without a character set: the type is compared as it is (RFC 8555, 6.2).
            request.Content.Headers.ContentType = new("application/jose+json");
            request.Headers.Accept.ParseAdd(accept);
            try
            {
                return await SendAsync(request, cancellation);
            }
            catch (AcmeRefusal refusal) when (refusal.Type == "urn:ietf:params:acme:error:badNonce" && tries < MostNonces)
            {
                // The answer brought another one (RFC 8555, 6.5).
            }
            catch (AcmeRefusal refusal)
            {
                throw new AcmeException(refusal.Message, refusal.RetryAfter);
            }
        }
    }

    /// <summary>An address in the authority's answers.</summary>
    /// <exception cref="AcmeException">It is none, or not encrypted.</exception>
    public static Uri AddressOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && Uri.TryCreate(text.GetString(), UriKind.Absolute, out var address)
            ? Encrypted(address)
            : throw new AcmeException($"its answer has no address named {name}");

    public void Dispose() => _http.Dispose();

    private static Uri Encrypted(Uri address) => address.Scheme == Uri.UriSchemeHttps ? address : throw new AcmeException($"{address} is not encrypted (https://)");

    private async Task<string> NonceAsync(JsonElement directory, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, AddressOf(directory, "newNonce"));
        await SendAsync(request, cancellation);
        return _nonce ?? throw new AcmeException($"{request.RequestUri} gave no nonce");
    }

    private async Task<AcmeAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            if (response.Headers.TryGetValues("Replay-Nonce", out var nonces) && nonces.FirstOrDefault() is { Length: > 0 } nonce)
                _nonce = nonce;
            var text = await response.Content.ReadAsStringAsync(cancellation);
            var wait = WaitOf(response.Headers.RetryAfter);
            if (!response.IsSuccessStatusCode)
                throw Refusal(request, response.StatusCode, text, wait);
            var location = response.Headers.Location is { } found ? new Uri(request.RequestUri!, found) : null;
            return new(text, location, wait);
        }
        catch (HttpRequestException failure)
        {
            throw new AcmeException($"{request.RequestUri!.Host} does not answer: {failure.InnerException?.Message ?? failure.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new AcmeException($"{request.RequestUri!.Host} does not answer in time");
        }
    }

    private static AcmeRefusal Refusal(HttpRequestMessage request, HttpStatusCode status, string text, TimeSpan? wait)
    {
        var (type, detail) = ("", $"{(int)status}");
        try
        {
            var problem = JsonElement.Parse(text);
            type = TextOf(problem, "type") ?? "";
            detail = AcmeAnswer.Describe(problem) ?? detail;
        }
        catch (JsonException)
        {
            // It is no problem document (RFC 7807); the status has to do.
        }
        return new($"{request.RequestUri!.Host} refuses: {detail}", type, wait);
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private TimeSpan? WaitOf(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);

    private sealed class AcmeRefusal(string message, string type, TimeSpan? retryAfter) : Exception(message)
    {
        public string Type => type;

        public TimeSpan? RetryAfter => retryAfter;
    }
}
