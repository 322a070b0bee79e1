using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>The key of an account: ECDSA P-256, ES256.</summary>
public sealed class AcmeKey : IDisposable
{
    private readonly ECDsa _key;

    private AcmeKey(ECDsa key)
    {
        _key = key;
        var parameters = key.ExportParameters(includePrivateParameters: false);
        (X, Y) = (Base64Url.EncodeToString(parameters.Q.X), Base64Url.EncodeToString(parameters.Q.Y));
        // The members in the order of their names, without spaces (RFC 7638, 3).
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));
    }

    /// <summary>What tells the key apart (RFC 7638).</summary>
    public string Thumbprint { get; }

    private string X { get; }

    private string Y { get; }

    /// <summary>A new one.</summary>
    public static AcmeKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>One that was exported.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static AcmeKey Read(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return new(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The private key, PEM.</summary>
    public string Export() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>What is served for a token of a challenge (RFC 8555, 8.1).</summary>
    public string Authorization(string token) => $"{token}.{Thumbprint}";

    /// <summary>The public key (RFC 7517).</summary>
    internal JsonObject WebKey() => new() { ["crv"] = "P-256", ["kty"] = "EC", ["x"] = X, ["y"] = Y };

    /// <summary>Signs what is sent (RFC 7515, flattened; RFC 8555, 6.2).</summary>
    /// <param name="header">What the header says besides the algorithm.</param>
    /// <param name="payload">What is sent; null: nothing, to read what is there.</param>
    internal JsonObject Sign(JsonObject header, JsonNode? payload)
    {
        header["alg"] = "ES256";
        return Flattened(header, payload, signed => _key.SignData(signed, HashAlgorithmName.SHA256));
    }

    /// <summary>The same with a key that both sides know (RFC 8555, 7.3.4).</summary>
    internal static JsonObject SignShared(byte[] key, JsonObject header, JsonNode payload)
    {
        header["alg"] = "HS256";
        return Flattened(header, payload, signed => HMACSHA256.HashData(key, signed));
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    private static JsonObject Flattened(JsonObject header, JsonNode? payload, Func<byte[], byte[]> sign)
    {
        var encodedHeader = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));
        var encodedPayload = payload is null ? "" : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString()));
        return new()
        {
            ["protected"] = encodedHeader,
            ["payload"] = encodedPayload,
            ["signature"] = Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes($"{encodedHeader}.{encodedPayload}"))),
        };
    }
}
