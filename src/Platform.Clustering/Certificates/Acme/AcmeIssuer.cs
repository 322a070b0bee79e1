using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Platform.Clustering.Certificates.Acme;

/// <summary>Gets a certificate by ACME (RFC 8555): account, order, proof by HTTP that the names are ours (8.3), signing request, certificate.</summary>
/// <param name="settings">From whom, and for what.</param>
/// <param name="account">The key of the account; stays with the caller.</param>
/// <param name="time">The clock.</param>
internal sealed class AcmeIssuer(AcmeSettings settings, AcmeKey account, TimeProvider time)
{
    private const string Proof = "http-01";

    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>A certificate with a new key.</summary>
    /// <returns>Both in PEM; the certificate is followed by those that lead to its root.</returns>
    /// <exception cref="AcmeException">There is none; the message says why.</exception>
    public async Task<(string Chain, string Key)> IssueAsync(CancellationToken cancellation)
    {
        using var client = new AcmeClient(settings, account, time);
        var directory = await client.DirectoryAsync(cancellation);
        await OpenAccountAsync(client, directory, cancellation);

        var names = new JsonArray([.. settings.Names.Select(name => new JsonObject { ["type"] = IPAddress.TryParse(name, out _) ? "ip" : "dns", ["value"] = name })]);
        var ordered = await client.PostAsync(directory, AcmeClient.AddressOf(directory, "newOrder"), new JsonObject { ["identifiers"] = names }, cancellation);
        var address = ordered.Location ?? throw new AcmeException("its answer does not say where the order is");
        if (!ordered.Json.TryGetProperty("authorizations", out var authorizations) || authorizations.ValueKind != JsonValueKind.Array)
            throw new AcmeException("its order has no authorizations");
        foreach (var authorization in authorizations.EnumerateArray())
            await ProveAsync(client, directory, AddressOf(authorization), cancellation);

        var order = await WaitAsync(client, directory, address, ["pending"], cancellation);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (order.Status == "ready")
        {
            var request = new JsonObject { ["csr"] = Base64Url.EncodeToString(SigningRequest(key)) };
            await client.PostAsync(directory, AcmeClient.AddressOf(order.Json, "finalize"), request, cancellation);
            order = await WaitAsync(client, directory, address, ["ready", "processing"], cancellation);
        }
        if (order.Status != "valid")
            throw new AcmeException($"the order is {order.Status}: {ProblemOf(order.Json)}");
        var chain = await client.PostAsync(directory, AcmeClient.AddressOf(order.Json, "certificate"), null, cancellation, "application/pem-certificate-chain");
        return (Checked(chain.Text, key), key.ExportPkcs8PrivateKeyPem());
    }

    // The account of a key that has one is found again (RFC 8555, 7.3.1).
    private async Task OpenAccountAsync(AcmeClient client, JsonElement directory, CancellationToken cancellation)
    {
        var meta = directory.TryGetProperty("meta", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var terms = meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("termsOfService", out var text) ? text.GetString() : null;
        if (terms is not null && !settings.AcceptsTerms)
            throw new AcmeException($"it asks to agree to its terms, {terms}: read them, and add --acme-accept-terms");
        if (meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("externalAccountRequired", out var required) && required.ValueKind == JsonValueKind.True && settings.ExternalAccount is null)
            throw new AcmeException("it asks for an account that you have there: add --acme-account and --acme-account-key-file");
        var address = AcmeClient.AddressOf(directory, "newAccount");
        var account1 = new JsonObject();
        if (terms is not null)
            account1["termsOfServiceAgreed"] = true;
        if (settings.Contacts.Count > 0)
            account1["contact"] = new JsonArray([.. settings.Contacts.Select(contact => (JsonNode)("mailto:" + contact))]);
        if (settings.ExternalAccount is var (keyId, key))
            account1["externalAccountBinding"] = AcmeKey.SignShared(key, new() { ["kid"] = keyId, ["url"] = address.AbsoluteUri }, account.WebKey());
        var answer = await client.PostAsync(directory, address, account1, cancellation);
        client.Use(answer.Location ?? throw new AcmeException("its answer does not say where the account is"));
    }

    private async Task ProveAsync(AcmeClient client, JsonElement directory, Uri address, CancellationToken cancellation)
    {
        var asked = await client.PostAsync(directory, address, null, cancellation);
        if (asked.Status == "pending")
        {
            var challenge = asked.Json.TryGetProperty("challenges", out var challenges) && challenges.ValueKind == JsonValueKind.Array
                ? challenges.EnumerateArray().FirstOrDefault(one => one.TryGetProperty("type", out var type) && type.GetString() == Proof) : default;
            if (challenge.ValueKind != JsonValueKind.Object)
                throw new AcmeException($"it does not take a proof by HTTP ({Proof}) for {NameOf(asked.Json)}");
            await client.PostAsync(directory, AcmeClient.AddressOf(challenge, "url"), new JsonObject(), cancellation);
            asked = await WaitAsync(client, directory, address, ["pending"], cancellation);
        }
        if (asked.Status != "valid")
            throw new AcmeException($"the proof that {NameOf(asked.Json)} is this control plane is {asked.Status}: {ChallengeProblemOf(asked.Json)}");
    }

    private async Task<AcmeAnswer> WaitAsync(AcmeClient client, JsonElement directory, Uri address, string[] going, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        for (var wait = ShortestWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            var answer = await client.PostAsync(directory, address, null, cancellation);
            if (!going.Contains(answer.Status))
                return answer;
            if (time.GetElapsedTime(since) > Patience)
                throw new AcmeException($"{address} is {answer.Status} since {Patience.TotalMinutes} minutes");
            var asked = answer.RetryAfter ?? wait;
            await Task.Delay(asked < ShortestWait ? ShortestWait : asked > LongestWait ? LongestWait : asked, time, cancellation);
        }
    }

    private byte[] SigningRequest(ECDsa key)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in settings.Names)
        {
            if (IPAddress.TryParse(name, out var ip))
                alternatives.AddIpAddress(ip);
            else
                alternatives.AddDnsName(name);
        }
        // No name of a subject: those that count are the alternative ones, which may be longer than it takes.
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSigningRequest();
    }

    private string Checked(string text, ECDsa key)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(text);
        }
        catch (CryptographicException failure)
        {
            throw new AcmeException($"what it sent is no certificate in PEM: {failure.Message}");
        }
        if (chain.Count == 0)
            throw new AcmeException("what it sent has no certificate in PEM");
        var own = chain[0];
        if (!own.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            throw new AcmeException("the certificate that it sent is of another key");
        var names = CertificateAuthority.NamesOf(own);
        if (settings.Names.FirstOrDefault(name => !names.AsEnumerable().Contains(name, StringComparer.OrdinalIgnoreCase)) is { } missing)
            throw new AcmeException($"the certificate that it sent is not for {missing}");
        if (!CertificateAuthority.ValidityOf(own).Covers(time.GetUtcNow()))
            throw new AcmeException($"the certificate that it sent counts from {own.NotBefore.ToUniversalTime():u} to {own.NotAfter.ToUniversalTime():u} only: mend the clock of this machine or theirs");
        // Nothing but certificates is kept of what came.
        return string.Concat(chain.Select(one => one.ExportCertificatePem() + "\n"));
    }

    private static Uri AddressOf(JsonElement text) =>
        AcmeClient.AddressOf(JsonElement.Parse($$"""{"url":{{text.GetRawText()}}}"""), "url");

    private static string NameOf(JsonElement authorization) =>
        authorization.TryGetProperty("identifier", out var identifier) && identifier.ValueKind == JsonValueKind.Object && identifier.TryGetProperty("value", out var value) ? value.ToString() : "a name";

    private static string ProblemOf(JsonElement order) => order.TryGetProperty("error", out var error) && AcmeAnswer.Describe(error) is { } text ? text : "it has not said why";

    private static string ChallengeProblemOf(JsonElement authorization) =>
        authorization.TryGetProperty("challenges", out var challenges) && challenges.ValueKind == JsonValueKind.Array
            && challenges.EnumerateArray().Select(challenge => challenge.TryGetProperty("error", out var error) ? AcmeAnswer.Describe(error) : null).OfType<string>().FirstOrDefault() is { } problem
            ? problem
            : "it has not said why";
}
