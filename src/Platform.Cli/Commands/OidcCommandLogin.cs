using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client;

namespace Platform.Cli.Commands;

/// <summary><c>platform login --oidc</c>: a browser logs in at the provider and comes back to a port of this machine (RFC 8252, 7.3); what the provider gives for that is shown to the control plane.</summary>
internal static class OidcCommandLogin
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <exception cref="CommandException">It failed.</exception>
    internal static async Task<(string Uid, string Token)> LogInAsync(IPlatformClient client, CancellationToken cancellationToken)
    {
        if ((await client.CallAsync(HttpMethod.Get, "/acs/api/v1/auth/providers", null, cancellationToken))?["oidc"]?["config"] is not JsonObject provider)
            throw new CommandException(ExitCodes.Failed, "this control plane names no provider of OpenID Connect (--oidc-issuer)");
        var issuer = $"{provider["issuer"]}";
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var configuration = await ReadAsync(http, new(HttpMethod.Get, issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken);
        if ($"{configuration["issuer"]}" != issuer)
            throw new CommandException(ExitCodes.Failed, $"the provider calls itself {configuration["issuer"]}, not {issuer}");

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var redirect = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/";
        var (state, verifier) = (Random(), Random());
        var query = string.Join('&', new (string Name, string Value)[]
        {
            ("response_type", "code"), ("client_id", $"{provider["client_id"]}"), ("redirect_uri", redirect), ("scope", $"{provider["scope"]}"), ("state", state), ("nonce", Random()),
            ("code_challenge", Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), ("code_challenge_method", "S256"),
        }.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        var authorize = $"{configuration["authorization_endpoint"]}";
        await Console.Error.WriteLineAsync($"Open this address in a browser of this machine:\n{authorize}{(authorize.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}");

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        string code;
        try
        {
            code = await ReceiveAsync(listener, state, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException(ExitCodes.Failed, $"no browser came back within {Patience.TotalMinutes:0} minutes");
        }
        var tokens = await ReadAsync(http, new(HttpMethod.Post, $"{configuration["token_endpoint"]}")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirect, ["client_id"] = $"{provider["client_id"]}", ["code_verifier"] = verifier,
            }),
        }, cancellationToken);
        if (tokens["id_token"] is null)
            throw new CommandException(ExitCodes.Failed, $"the provider gave no token: {tokens["error"]}");
        var login = (await client.CallAsync(HttpMethod.Post, $"{provider["login_url"]}", new JsonObject { ["token"] = $"{tokens["id_token"]}" }, cancellationToken))!;
        return ($"{login["uid"]}", $"{login["token"]}");
    }

    // Other things of this machine may ask too, such as the browser for an icon: only the answer to our own question counts.
    private static async Task<string> ReceiveAsync(TcpListener listener, string state, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var connection = await listener.AcceptTcpClientAsync(cancellationToken);
            await using var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            var line = await reader.ReadLineAsync(cancellationToken) ?? "";
            while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
            {
            }
            var values = (line.Split(' ') is ["GET", var target, ..] ? target.Split('?', 2).ElementAtOrDefault(1) ?? "" : "").Split('&')
                .Select(pair => pair.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0]).ToDictionary(same => same.Key, same => Uri.UnescapeDataString(same.First()[1].Replace('+', ' ')));
            var isOurs = values.GetValueOrDefault("state") == state;
            var text = !isOurs ? "Nothing is here." : values.ContainsKey("code") ? "You are logged in. This page can be closed." : "The provider has let nobody in.";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(isOurs ? "200 OK" : "404 Not Found")}\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"), cancellationToken);
            if (!isOurs)
                continue;
            return values.GetValueOrDefault("code") ?? throw new CommandException(ExitCodes.Failed, $"the provider has let nobody in: {values.GetValueOrDefault("error")}");
        }
    }

    private static async Task<JsonObject> ReadAsync(HttpClient http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using var answer = await http.SendAsync(request, cancellationToken);
                return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) as JsonObject ?? throw new JsonException("it is no object");
            }
            catch (Exception failure) when (failure is HttpRequestException or JsonException)
            {
                throw new CommandException(ExitCodes.Failed, $"{request.RequestUri} cannot be read: {failure.Message}");
            }
        }
    }

    private static string Random() => Encode(RandomNumberGenerator.GetBytes(32));

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
