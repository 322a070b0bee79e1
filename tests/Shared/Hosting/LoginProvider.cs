using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Tests.Hosting;

/// <summary>A provider of OpenID Connect on a port of this machine: discovery, keys, authorization codes with PKCE, and tokens. Whoever comes is logged in as <see cref="User"/>.</summary>
internal sealed class LoginProvider : IAsyncDisposable
{
    public const string Client = "platform";
    public const string CommandClient = "platform-command";
    public const string Secret = "sesame";

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, JsonObject> _codes = new();
    private readonly Task _serving;
    private RSA _key = RSA.Create(2048);
    private string _keyId = "k1";

    public LoginProvider()
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Issuer = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        _listener.Prefixes.Add(Issuer + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Issuer { get; }

    /// <summary>What the tokens say of whoever logs in.</summary>
    public JsonObject User { get; set; } = new() { ["sub"] = "1", ["email"] = "alice@example.org", ["email_verified"] = true, ["groups"] = new JsonArray("shop") };

    /// <summary>Signs with another key from now on, and knows the one before no more.</summary>
    public void ChangeKey() => (_key, _keyId) = (RSA.Create(2048), "k2");

    public string Sign(JsonObject claims, string? algorithm = null)
    {
        var head = new JsonObject { ["alg"] = algorithm ?? "RS256", ["typ"] = "JWT", ["kid"] = _keyId };
        var text = Encode(Encoding.UTF8.GetBytes(head.ToJsonString())) + "." + Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        return $"{text}.{(algorithm == "none" ? "" : Encode(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))}";
    }

    /// <summary>The claims of a token of now.</summary>
    public JsonObject Claims(string audience, string? nonce = null)
    {
        var claims = (JsonObject)User.DeepClone();
        claims["iss"] = Issuer;
        claims["aud"] = audience;
        claims["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        claims["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds();
        if (nonce is not null)
            claims["nonce"] = nonce;
        return claims;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
        _key.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                await AnswerAsync(context);
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // It was closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        switch (context.Request.Url!.AbsolutePath)
        {
            case "/.well-known/openid-configuration":
                await WriteAsync(context, new()
                {
                    ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/authorize", ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + "/keys",
                });
                break;
            case "/keys":
                var parameters = _key.ExportParameters(includePrivateParameters: false);
                await WriteAsync(context, new()
                {
                    ["keys"] = new JsonArray(new JsonObject
                    {
                        ["kty"] = "RSA", ["use"] = "sig", ["alg"] = "RS256", ["kid"] = _keyId, ["n"] = Encode(parameters.Modulus!), ["e"] = Encode(parameters.Exponent!),
                    }),
                });
                break;
            case "/authorize":
                var query = context.Request.QueryString;
                var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(8));
                _codes[code] = new() { ["client"] = query["client_id"], ["redirect"] = query["redirect_uri"], ["challenge"] = query["code_challenge"], ["method"] = query["code_challenge_method"], ["nonce"] = query["nonce"] };
                context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"]!)}");
                break;
            case "/token":
                using (var reader = new StreamReader(context.Request.InputStream))
                    await WriteAsync(context, Redeem(await reader.ReadToEndAsync(), context.Response));
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    // A code is good once, for who has the verifier, at the address that it was made for.
    private JsonObject Redeem(string body, HttpListenerResponse response)
    {
        var form = body.Split('&').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
        if (form["grant_type"] == "authorization_code" && _codes.TryRemove(form["code"], out var code)
            && $"{code["client"]}" == form["client_id"] && $"{code["redirect"]}" == form["redirect_uri"] && $"{code["method"]}" == "S256"
            && $"{code["challenge"]}" == Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"])))
            && (form["client_id"] != Client || form.GetValueOrDefault("client_secret") == Secret))
            return new() { ["id_token"] = Sign(Claims(form["client_id"], $"{code["nonce"]}")), ["access_token"] = "opaque", ["token_type"] = "Bearer", ["expires_in"] = 300 };
        response.StatusCode = 400;
        return new() { ["error"] = "invalid_grant" };
    }

    private static async Task WriteAsync(HttpListenerContext context, JsonObject json)
    {
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(json));
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
