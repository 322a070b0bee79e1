using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Platform.Tests.Hosting;

namespace Platform.Api.Tests.Security.Certificates;

/// <summary>
/// An authority that speaks ACME (RFC 8555) on a port of this machine, as strictly as it is written: signatures, nonces that are good once, addresses in what is signed,
/// proofs over HTTP that it really looks at, signing requests. What a client does against the text is refused and kept in <see cref="Violations"/>.
/// </summary>
internal sealed class AcmeServer : IAsyncDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _middle;
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly ConcurrentDictionary<string, bool> _nonces = new();
    private readonly ConcurrentDictionary<string, Account> _accounts = new();
    private readonly ConcurrentDictionary<string, Order> _orders = new();
    private readonly ConcurrentDictionary<string, Authorization> _authorizations = new();
    private int _ids;

    private AcmeServer(int port, int challengePort)
    {
        (Address, ChallengePort) = ($"https://127.0.0.1:{port}", challengePort);
        _root = Authority("CN=root", _rootKey, null);
        _middle = Authority("CN=middle", _middleKey, _root);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = Sign("CN=acme", key.ExportSubjectPublicKeyInfo(), names => names.AddIpAddress(IPAddress.Loopback), DateTimeOffset.UtcNow.AddDays(1));
        var shown = X509CertificateLoader.LoadPkcs12(own.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(shown, https => https.ServerCertificateChain = [_middle])));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public string Address { get; }

    public string Directory => Address + "/directory";

    /// <summary>The root of everything that it signs, and of its own certificate.</summary>
    public string Root => _root.ExportCertificatePem();

    /// <summary>Where it looks at proofs, in the place of port 80 of each name.</summary>
    public int ChallengePort { get; }

    public ConcurrentQueue<string> Violations { get; } = [];

    /// <summary>The certificates that it has given, oldest first.</summary>
    public ConcurrentQueue<X509Certificate2> Issued { get; } = [];

    /// <summary>Which names were asked for over HTTP.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public int Accounts => _accounts.Count;

    public int Orders => _orders.Count;

    public TimeSpan Life { get; set; } = TimeSpan.FromDays(90);

    public bool HasTerms { get; set; } = true;

    /// <summary>The account of elsewhere that is asked for; null: none.</summary>
    public (string Id, byte[] Key)? External { get; set; }

    /// <summary>So many good nonces are refused, as after a restart.</summary>
    public int RefusedNonces { get; set; }

    /// <summary>New orders are refused, with this to wait for; null: they are not.</summary>
    public TimeSpan? Limited { get; set; }

    /// <summary>Puts another certificate in the place of the one that was asked for.</summary>
    public Func<X509Certificate2, X509Certificate2> Mislead { get; set; } = certificate => certificate;

    public static async Task<AcmeServer> StartAsync(int challengePort)
    {
        var server = new AcmeServer(FreePort.Take(), challengePort);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
        _root.Dispose();
        _middle.Dispose();
    }

    private async Task ServeAsync(HttpContext http)
    {
        http.Response.Headers["Replay-Nonce"] = NewNonce();
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            if (http.Request.Headers.UserAgent.Count == 0)
                throw Violation("malformed", "a client sends a User-Agent (6.1)");
            var path = http.Request.Path.Value!;
            if (path == "/directory" && HttpMethods.IsGet(http.Request.Method))
                await WriteAsync(http, 200, Index());
            else if (path == "/nonce" && HttpMethods.IsHead(http.Request.Method))
                http.Response.StatusCode = 200;
            else if (!HttpMethods.IsPost(http.Request.Method))
                throw Violation("malformed", $"{http.Request.Method} {path}: everything but the directory and nonces is POST (6.3)", 405);
            else
                await PostAsync(http, path);
        }
        catch (Problem problem)
        {
            if (problem.Wait is { } wait)
                http.Response.Headers.RetryAfter = $"{(int)wait.TotalSeconds}";
            await WriteAsync(http, problem.Status, new() { ["type"] = "urn:ietf:params:acme:error:" + problem.Type, ["detail"] = problem.Message }, "application/problem+json");
        }
    }

    private JsonObject Index()
    {
        var index = new JsonObject { ["newNonce"] = Address + "/nonce", ["newAccount"] = Address + "/account", ["newOrder"] = Address + "/order" };
        var meta = new JsonObject();
        if (HasTerms)
            meta["termsOfService"] = "https://example.org/terms";
        if (External is not null)
            meta["externalAccountRequired"] = true;
        index["meta"] = meta;
        return index;
    }

    private async Task PostAsync(HttpContext http, string path)
    {
        if (http.Request.ContentType != "application/jose+json")
            throw Violation("malformed", $"the type is {http.Request.ContentType} (6.2)", 415);
        var (header, payload, account, key) = await ReadAsync(http);
        if (path == "/account")
            await OpenAsync(http, header, payload, key!);
        else if (path == "/order")
            await OrderAsync(http, payload, account!);
        else if (_authorizations.TryGetValue(path, out var authorization) && authorization.Account == account)
            await WriteAsync(http, 200, Read(payload, authorization.Json), wait: authorization.Status == "pending");
        else if (path.EndsWith("/challenge", StringComparison.Ordinal) && _authorizations.TryGetValue(path[..^"/challenge".Length], out authorization) && authorization.Account == account)
            await ChallengeAsync(http, payload, authorization);
        else if (_orders.TryGetValue(path, out var order) && order.Account == account)
            await WriteAsync(http, 200, Read(payload, order.Json(this)), wait: order.Status(this) == "processing");
        else if (path.EndsWith("/finalize", StringComparison.Ordinal) && _orders.TryGetValue(path[..^"/finalize".Length], out order) && order.Account == account)
            await FinalizeAsync(http, payload, order);
        else if (path.EndsWith("/certificate", StringComparison.Ordinal) && _orders.TryGetValue(path[..^"/certificate".Length], out order) && order.Account == account && order.Certificate is { } certificate)
            await CertificateAsync(http, payload, certificate);
        else
            throw Violation("malformed", $"nothing of the account is at {path}", 404);
    }

    // RFC 8555, 6.2 to 6.5.
    private async Task<(JsonElement Header, string Payload, Account? Account, JsonElement? Key)> ReadAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var json = JsonElement.Parse(await reader.ReadToEndAsync());
        if (!json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal).SequenceEqual(["payload", "protected", "signature"]))
            throw Violation("malformed", "the request is not a flattened JWS with a protected header alone");
        var (head, payload) = (json.GetProperty("protected").GetString()!, json.GetProperty("payload").GetString()!);
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(head));
        if (header.GetProperty("alg").GetString() != "ES256")
            throw Violation("badSignatureAlgorithm", "ES256 is taken");
        if (header.GetProperty("url").GetString() != Address + http.Request.Path)
            throw Violation("unauthorized", $"what is signed is for {header.GetProperty("url")} and came to {http.Request.Path} (6.4)");
        if (!_nonces.TryRemove(header.GetProperty("nonce").GetString()!, out _))
            throw Violation("badNonce", "the nonce is none of these, or was used before (6.5)");
        var isNew = http.Request.Path == "/account";
        if (header.TryGetProperty("jwk", out var key) == header.TryGetProperty("kid", out var kid) || header.TryGetProperty("jwk", out _) != isNew)
            throw Violation("malformed", "a new account shows its key, everything else names the account (6.2)");
        Account? account = null;
        if (!isNew)
        {
            if (!_accounts.TryGetValue(kid.GetString()!, out account))
                throw Violation("accountDoesNotExist", "there is no such account");
            key = account.Key;
        }
        using var check = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(key.GetProperty("y").GetString()) } });
        if (!check.VerifyData(Encoding.ASCII.GetBytes($"{head}.{payload}"), Base64Url.DecodeFromChars(json.GetProperty("signature").GetString()), HashAlgorithmName.SHA256))
            throw Violation("malformed", "the signature is wrong", 403);
        if (RefusedNonces > 0)
        {
            RefusedNonces--;
            throw new Problem(400, "badNonce", "the server was started anew");
        }
        return (header, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(payload)), account, isNew ? key : null);
    }

    private async Task OpenAsync(HttpContext http, JsonElement header, string payload, JsonElement? key)
    {
        var asked = JsonElement.Parse(payload);
        if (HasTerms && !(asked.TryGetProperty("termsOfServiceAgreed", out var agreed) && agreed.ValueKind == JsonValueKind.True))
            throw Violation("userActionRequired", "nobody has agreed to the terms (7.3)", 403);
        if (External is var (id, shared))
            CheckExternal(asked, id, shared, header.GetProperty("url").GetString()!, key!.Value);
        var known = _accounts.Values.FirstOrDefault(one => JsonElement.DeepEquals(one.Key, key!.Value));
        var account = known ?? new Account($"{Address}/account/{Interlocked.Increment(ref _ids)}", key!.Value.Clone(), asked.TryGetProperty("contact", out var contact) ? contact.ToString() : "");
        _accounts[account.Address] = account;
        http.Response.Headers.Location = account.Address;
        await WriteAsync(http, known is null ? 201 : 200, new() { ["status"] = "valid" });
    }

    // 7.3.4
    private void CheckExternal(JsonElement asked, string id, byte[] shared, string address, JsonElement key)
    {
        if (!asked.TryGetProperty("externalAccountBinding", out var binding))
            throw Violation("externalAccountRequired", "an account of elsewhere is needed", 403);
        var (head, payload) = (binding.GetProperty("protected").GetString()!, binding.GetProperty("payload").GetString()!);
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(head));
        if (header.GetProperty("alg").GetString() != "HS256" || header.GetProperty("kid").GetString() != id || header.GetProperty("url").GetString() != address || header.TryGetProperty("nonce", out _)
            || !JsonElement.DeepEquals(JsonElement.Parse(Base64Url.DecodeFromChars(payload)), key)
            || !CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(shared, Encoding.ASCII.GetBytes($"{head}.{payload}")), Base64Url.DecodeFromChars(binding.GetProperty("signature").GetString())))
        {
            throw Violation("unauthorized", "the account of elsewhere is not bound as it has to be", 403);
        }
    }

    private async Task OrderAsync(HttpContext http, string payload, Account account)
    {
        if (Limited is { } wait)
            throw new Problem(429, "rateLimited", "too many certificates", wait);
        var path = $"/order/{Interlocked.Increment(ref _ids)}";
        var identifiers = JsonElement.Parse(payload).GetProperty("identifiers").EnumerateArray().Select(one => (Type: one.GetProperty("type").GetString()!, Value: one.GetProperty("value").GetString()!)).ToList();
        if (identifiers.Any(one => one.Type is not ("dns" or "ip") || IPAddress.TryParse(one.Value, out _) != (one.Type == "ip")))
            throw Violation("unsupportedIdentifier", "names are dns, addresses are ip (RFC 8738)");
        var order = new Order(path, account, [.. identifiers.Select(one => one.Value)]);
        foreach (var (type, value) in identifiers)
        {
            var authorization = new Authorization($"{path}/authorization/{Interlocked.Increment(ref _ids)}", account, type, value, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24)), Address);
            _authorizations[authorization.Path] = authorization;
            order.Authorizations.Add(authorization);
        }
        _orders[path] = order;
        http.Response.Headers.Location = Address + path;
        await WriteAsync(http, 201, order.Json(this));
    }

    private async Task ChallengeAsync(HttpContext http, string payload, Authorization authorization)
    {
        if (payload != "{}")
            throw Violation("malformed", "a challenge is answered with an empty object (7.5.1)");
        if (authorization.Status == "pending" && !authorization.IsLooking)
        {
            authorization.IsLooking = true;
            _ = LookAsync(authorization);
        }
        await WriteAsync(http, 200, authorization.Challenge);
    }

    // 8.3
    private async Task LookAsync(Authorization authorization)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{ChallengePort}/.well-known/acme-challenge/{authorization.Token}");
            request.Headers.Host = authorization.Value;
            Asked.Enqueue(authorization.Value);
            using var answer = await _http.SendAsync(request);
            var text = (await answer.Content.ReadAsStringAsync()).TrimEnd();
            if (answer.StatusCode == HttpStatusCode.OK && text == $"{authorization.Token}.{authorization.Account.Thumbprint}")
                authorization.Status = "valid";
            else
                (authorization.Error, authorization.Status) = ($"{(int)answer.StatusCode} with '{text}' is no proof", "invalid");
        }
        catch (HttpRequestException failure)
        {
            (authorization.Error, authorization.Status) = ($"nobody answers at port {ChallengePort}: {failure.Message}", "invalid");
        }
    }

    private async Task FinalizeAsync(HttpContext http, string payload, Order order)
    {
        if (order.Status(this) != "ready")
            throw Violation("orderNotReady", $"the order is {order.Status(this)} (7.4)", 403);
        CertificateRequest request;
        try
        {
            request = CertificateRequest.LoadSigningRequest(
                Base64Url.DecodeFromChars(JsonElement.Parse(payload).GetProperty("csr").GetString()), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            throw Violation("badCSR", $"the signing request cannot be read, or is not signed with its key: {failure.Message}");
        }
        var names = request.CertificateExtensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        var asked = names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())).Order(StringComparer.Ordinal);
        if (!asked.SequenceEqual(order.Names.Order(StringComparer.Ordinal)))
            throw Violation("badCSR", "the signing request is for other names than the order (7.4)");
        using var key = request.PublicKey.GetECDsaPublicKey()!;
        if (Base64Url.EncodeToString(key.ExportParameters(false).Q.X) == order.Account.Key.GetProperty("x").GetString())
            throw Violation("badCSR", "the key of the account is none for a certificate (11.1)");
        order.IsFinal = true;
        _ = Task.Run(() =>
        {
            var certificate = Mislead(Sign("", request.PublicKey.ExportSubjectPublicKeyInfo(), builder => order.Names.ToList().ForEach(name => Add(builder, name)), DateTimeOffset.UtcNow + Life));
            order.Certificate = certificate;
            Issued.Enqueue(certificate);
        });
        await WriteAsync(http, 200, order.Json(this));
    }

    private async Task CertificateAsync(HttpContext http, string payload, X509Certificate2 certificate)
    {
        if (payload.Length > 0)
            throw Violation("malformed", "what is read is asked for with an empty payload (6.3)");
        http.Response.ContentType = "application/pem-certificate-chain";
        await http.Response.WriteAsync(certificate.ExportCertificatePem() + "\n" + _middle.ExportCertificatePem() + "\n");
    }

    private JsonObject Read(string payload, JsonObject json) => payload.Length == 0 ? json : throw Violation("malformed", "what is read is asked for with an empty payload (6.3)");

    private static async Task WriteAsync(HttpContext http, int status, JsonObject json, string type = "application/json", bool wait = false)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        if (wait)
            http.Response.Headers.RetryAfter = "1";
        await http.Response.WriteAsync(json.ToJsonString());
    }

    private string NewNonce()
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        _nonces[nonce] = true;
        return nonce;
    }

    private Problem Violation(string type, string text, int status = 400)
    {
        Violations.Enqueue(text);
        return new(status, type, text);
    }

    private static X509Certificate2 Authority(string name, ECDsa key, X509Certificate2? above)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(365));
        if (above is null)
            return request.CreateSelfSigned(from, to);
        using var made = request.Create(above, from, to.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return made.CopyWithPrivateKey(key);
    }

    private X509Certificate2 Sign(string name, byte[] key, Action<SubjectAlternativeNameBuilder> names, DateTimeOffset to)
    {
        using var curve = ECDsa.Create();
        curve.ImportSubjectPublicKeyInfo(key, out _);
        var request = new CertificateRequest(new X500DistinguishedName(name), new PublicKey(curve), HashAlgorithmName.SHA256);
        var builder = new SubjectAlternativeNameBuilder();
        names(builder);
        request.CertificateExtensions.Add(builder.Build(critical: name.Length == 0));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        return request.Create(_middle.SubjectName, X509SignatureGenerator.CreateForECDsa(_middleKey), DateTimeOffset.UtcNow.AddSeconds(-1), to, RandomNumberGenerator.GetBytes(8));
    }

    private static void Add(SubjectAlternativeNameBuilder builder, string name)
    {
        if (IPAddress.TryParse(name, out var address))
            builder.AddIpAddress(address);
        else
            builder.AddDnsName(name);
    }

    private sealed record Account(string Address, JsonElement Key, string Contact)
    {
        public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(
            $$"""{"crv":"{{Key.GetProperty("crv").GetString()}}","kty":"{{Key.GetProperty("kty").GetString()}}","x":"{{Key.GetProperty("x").GetString()}}","y":"{{Key.GetProperty("y").GetString()}}"}""")));
    }

    private sealed record Authorization(string Path, Account Account, string Type, string Value, string Token, string Address)
    {
        private volatile string _status = "pending";

        public string Status
        {
            get => _status;
            set => _status = value;
        }

        public string? Error { get; set; }

        public bool IsLooking { get; set; }

        public JsonObject Challenge
        {
            get
            {
                var challenge = new JsonObject { ["type"] = "http-01", ["url"] = $"{Address}{Path}/challenge", ["token"] = Token, ["status"] = IsLooking && Status == "pending" ? "processing" : Status };
                if (Error is not null)
                    challenge["error"] = new JsonObject { ["type"] = "urn:ietf:params:acme:error:unauthorized", ["detail"] = Error };
                return challenge;
            }
        }

        public JsonObject Json => new()
        {
            ["status"] = Status,
            ["identifier"] = new JsonObject { ["type"] = Type, ["value"] = Value },
            ["challenges"] = new JsonArray(new JsonObject { ["type"] = "dns-01", ["url"] = $"{Address}{Path}/dns", ["token"] = Token, ["status"] = "pending" }, Challenge),
        };
    }

    private sealed record Order(string Path, Account Account, IReadOnlyList<string> Names)
    {
        private volatile X509Certificate2? _certificate;

        public List<Authorization> Authorizations { get; } = [];

        public bool IsFinal { get; set; }

        public X509Certificate2? Certificate
        {
            get => _certificate;
            set => _certificate = value;
        }

        public string Status(AcmeServer server) => Certificate is not null ? "valid"
            : IsFinal ? "processing"
            : Authorizations.Exists(one => one.Status == "invalid") ? "invalid"
            : Authorizations.TrueForAll(one => one.Status == "valid") ? "ready" : "pending";

        public JsonObject Json(AcmeServer server)
        {
            var json = new JsonObject
            {
                ["status"] = Status(server),
                ["identifiers"] = new JsonArray([.. Authorizations.Select(one => new JsonObject { ["type"] = one.Type, ["value"] = one.Value })]),
                ["authorizations"] = new JsonArray([.. Authorizations.Select(one => (JsonNode)(server.Address + one.Path))]),
                ["finalize"] = $"{server.Address}{Path}/finalize",
            };
            if (Certificate is not null)
                json["certificate"] = $"{server.Address}{Path}/certificate";
            return json;
        }
    }

    private sealed class Problem(int status, string type, string text, TimeSpan? wait = null) : Exception(text)
    {
        public int Status => status;

        public string Type => type;

        public TimeSpan? Wait => wait;
    }
}
