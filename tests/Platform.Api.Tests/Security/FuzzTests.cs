using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Api.Security;
using Xunit.Abstractions;

namespace Platform.Api.Tests.Security;

/// <summary>
/// Random requests to every endpoint, without a login, with logins that may do nothing, and with one that may do everything. No answer is a
/// failure of the server, and nobody without a right changes anything. <c>PLATFORM_FUZZ_REQUESTS</c> says how many (default 4000),
/// <c>PLATFORM_FUZZ_SEED</c> repeats the requests of a run, though not the order in which they meet.
/// </summary>
public sealed class FuzzTests(SecureServer server, ITestOutputHelper output) : IClassFixture<SecureServer>
{
    private const int AtOnce = 16;
    private const int Strangers = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StreamPatience = TimeSpan.FromMilliseconds(500);

    // What a path, a name or a text may be that somebody means harm with.
    private static readonly string[] Texts =
    [
        "some-thing", "shop", "shop/web", "root", "..", "../..", "%2e%2e", "%2F", "%252F", "%00", "%0d%0aSet-Cookie:%20a=b", "a%20b", "*", "-1", "0", "1", "99999999999999999999", "NaN", "1e308",
        "true", "null", "'", "\"", "<script>", "{}", "[]", "ä", "😀", "%F0%9F%98%80", "%ff%fe", "app:", "app:/", "job:x", "platform:role:administrator:/", "dcos:superuser", "full", "users", "permissions",
        "a.instance-11111111-1111-1111-1111-111111111111._app.1", "2026-11-29T12:00:00Z", "R/2026-11-29T12:00:00Z/PT1M", "default", "x:y@z", "~", "$(id)", "a;b", "a&b=c", "a?b", "a#b", "",
    ];

    // Names that definitions and requests have.
    private static readonly string[] Names =
    [
        "id", "cmd", "args", "cpus", "mem", "disk", "instances", "env", "secrets", "container", "docker", "image", "network", "networks", "portDefinitions", "ports", "volumes", "constraints", "healthChecks", "labels",
        "platform", "identity", "audience", "lifetimeSeconds", "upgradeStrategy", "apps", "groups", "dependencies", "schedule", "schedules", "cron", "timezone", "task", "run", "parents", "triggers", "array", "from", "to",
        "uid", "password", "token", "public_key", "description", "resource", "action", "scope", "days", "name", "code", "value", "request", "type", "framework_info", "accept", "offer_ids", "operations", "role", "weight",
        "quota", "limits", "machine_ids", "windows", "message", "version", "agentId", "command", "user", "title", "start", "url", "address", "port", "check", "force", "kind", "mode", "path", "secretChange", "signal", "source", "gpus",
    ];

    private static readonly string[] Queries = ["", "", "", "?force=true", "?embed=apps.tasks&embed=apps.counts", "?limit=1&after=zzz", "?limit=-5", "?label=a==b", "?path=/etc/passwd&offset=-1&length=1e9", "?list=true", "?dryRun=true", "?x=%00%ff&&&="];

    [Fact]
    public async Task No_request_fails_the_server_and_none_changes_anything_without_a_right()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("PLATFORM_FUZZ_REQUESTS"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 4000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("PLATFORM_FUZZ_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var repeated) ? repeated : Random.Shared.Next();
        output.WriteLine($"PLATFORM_FUZZ_SEED={seed} PLATFORM_FUZZ_REQUESTS={count}");
        foreach (var id in (string[])["/shop/web", "/bank/vault"])
            (await server.SendAsync("POST", "/v2/apps", server.Root, $$"""{"id":"{{id}}","cmd":"sleep 1000","instances":0}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("PUT", "/api/jobs/shop.nightly", server.Root, """{"task":{"cmd":"true"}}""")).Status.ShouldBe(HttpStatusCode.Created);
        await server.SendAsync("PUT", "/api/secrets/shop/key", server.Root, """{"value":"1"}""");
        var strangers = new List<string>();
        for (var i = 0; i < Strangers; i++)
            strangers.Add(await server.AddUserAsync($"stranger{i}"));
        var endpoints = server.Endpoints().Where(endpoint => !endpoint.Path.StartsWith("/_", StringComparison.Ordinal)).Distinct().ToList();

        // Half of them by those who may do nothing. What is there then is what was there before.
        var before = await StateAsync();
        var problems = new List<string>();
        await Parallel.ForAsync(0, count / 2, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, cancellation) =>
            await SendAsync(new Random(HashCode.Combine(seed, index)), endpoints, random => random.Next(10) switch
            {
                0 => null,
                1 => Uri.EscapeDataString(Texts[random.Next(Texts.Length)]),
                2 => server.Root[..^3] + "abc",
                _ => strangers[random.Next(strangers.Count)],
            }, path => !path.Contains("logout", StringComparison.Ordinal), problems, cancellation));
        (await StateAsync()).ShouldBe(before);

        // The other half by who may do everything, but for what would end the run: its own login, and the control plane.
        await Parallel.ForAsync(count / 2, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (index, cancellation) =>
            await SendAsync(new Random(HashCode.Combine(seed, index)), endpoints, _ => server.Root, path => !EndsTheRun(path), problems, cancellation));
        problems.Take(20).ShouldBeEmpty($"{problems.Count} requests of the seed {seed} failed");
        (await server.SendAsync("GET", "/ping", null)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("GET", "/api/audit?limit=1", server.Root)).Status.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>What it has found.</summary>
    [Theory]
    [InlineData("POST", "/reserve", "application/x-www-form-urlencoded", "slaveId=%00", HttpStatusCode.BadRequest)]
    [InlineData("POST", "/ui/login", "application/x-www-form-urlencoded", "uid=%00", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/v2/groups/%F0%9F%98%80", "application/json", "{}", HttpStatusCode.UnprocessableEntity)]
    [InlineData("PUT", "/v2/groups/shop/%F0%9F%98%80", "application/json", """{"apps":[]}""", HttpStatusCode.UnprocessableEntity)]
    public async Task A_request_that_once_failed_the_server_is_refused(string method, string path, string type, string body, HttpStatusCode status)
    {
        var answer = await server.SendAsync(method, path, server.Root, prepare: request =>
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        });

        answer.Status.ShouldBe(status, answer.Text);
    }

    private static bool EndsTheRun(string path) =>
        path.Contains("logout", StringComparison.Ordinal) || path.Contains("leader", StringComparison.Ordinal) || path.Contains("/users/root", StringComparison.Ordinal) || path.Contains("/auth/", StringComparison.Ordinal)
        || path.Contains("teardown", StringComparison.Ordinal) || path.Contains("/machine/", StringComparison.Ordinal);

    private async Task SendAsync(
        Random random, List<(string Method, string Path, EndpointRight? Right)> endpoints, Func<Random, string?> login, Func<string, bool> may, List<string> problems, CancellationToken cancellation)
    {
        var (method, pattern, _) = endpoints[random.Next(endpoints.Count)];
        var path = string.Concat(pattern.Split("some-thing").SelectMany((part, i) => i == 0 ? [part] : new[] { Texts[random.Next(Texts.Length)], part }));
        if (random.Next(20) == 0)
            method = ((string[])["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"])[random.Next(9)];
        path += Queries[random.Next(Queries.Length)];
        if (!may(path))
            return;
        HttpRequestMessage request;
        try
        {
            request = new HttpRequestMessage(new HttpMethod(method), new Uri(server.Http.BaseAddress!, path));
        }
        catch (UriFormatException)
        {
            return;
        }
        using (request)
        {
            var body = random.Next(3) == 0 && method is "GET" or "HEAD" or "OPTIONS" or "TRACE" ? null : Body(random);
            if (body is not null && method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE"))
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", ((string[])["application/json", "application/json", "application/json", "application/x-www-form-urlencoded", "application/x-protobuf", "text/plain", "x"])[random.Next(7)]);
            }
            if (login(random) is { } token)
                request.Headers.TryAddWithoutValidation("Authorization", (random.Next(2) == 0 ? "Bearer " : "token=") + token);
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(random.Next(8) == 0 ? "text/event-stream" : "application/json"));
            await JudgeAsync(request, $"{method} {path} {(body is null ? "" : Encoding.UTF8.GetString(body))}", problems, cancellation);
        }
    }

    private async Task JudgeAsync(HttpRequestMessage request, string what, List<string> problems, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)answer.StatusCode;
            // A stream has no end; its head is what it is judged by.
            limit.CancelAfter(StreamPatience);
            var text = "";
            try
            {
                text = await answer.Content.ReadAsStringAsync(limit.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or IOException or HttpRequestException && answer.Content.Headers.ContentLength is null)
            {
                // It was a stream.
            }
            // 501 is for what Mesos, Marathon or Chronos can do and this cannot, and says so.
            if (status >= 500 && status != 501)
                Add($"{status}: {what}: {text}");
            else if (text.Contains("   at Platform.", StringComparison.Ordinal) || text.Contains("System.NullReferenceException", StringComparison.Ordinal))
                Add($"{status} with a trace: {what}: {text}");
            else if (answer.Headers.Contains("Set-Cookie") && answer.Headers.GetValues("Set-Cookie").Any(cookie => cookie.StartsWith("a=b", StringComparison.Ordinal)))
                Add($"a header was injected: {what}");
        }
        catch (HttpRequestException failure) when (failure.InnerException is not null)
        {
            Add($"no answer ({failure.InnerException.Message}): {what}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Add($"no answer within {Patience.TotalSeconds} s: {what}");
        }

        void Add(string problem)
        {
            lock (problems)
                problems.Add(problem.Length > 600 ? problem[..600] : problem);
        }
    }

    private static byte[] Body(Random random) => random.Next(12) switch
    {
        0 => [],
        1 => "{"u8.ToArray(),
        2 => Encoding.UTF8.GetBytes(new string('[', 200)),
        3 => [0xff, 0xfe, 0x00, 0x7b],
        4 => Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Range(0, 3).Select(_ => $"{Names[random.Next(Names.Length)]}={Texts[random.Next(Texts.Length)]}"))),
        5 => [.. Enumerable.Range(0, random.Next(1, 64)).Select(_ => (byte)random.Next(256))],
        _ => Encoding.UTF8.GetBytes(Node(random, 4)?.ToJsonString() ?? "null"),
    };

    private static JsonNode? Node(Random random, int depth) => random.Next(depth == 0 ? 5 : 9) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(((double[])[0, -1, 1, 0.5, 1e308, -1e-300, int.MaxValue, long.MaxValue, 31000])[random.Next(9)]),
        3 or 4 => JsonValue.Create(Texts[random.Next(Texts.Length)]),
        5 or 6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Node(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(6)).Select(_ => Names[random.Next(Names.Length)]).Distinct().Select(name => KeyValuePair.Create(name, Node(random, depth - 1)))),
    };

    /// <summary>All that somebody could have changed, as the administrator sees it.</summary>
    private async Task<string> StateAsync()
    {
        var text = new StringBuilder();
        foreach (var path in (string[])
                 [
                     "/v2/groups?embed=group.apps&embed=group.groups", "/v2/deployments", "/api/jobs", "/api/secrets", "/api/limits", "/acs/api/v1/users", "/acs/api/v1/users?type=service", "/acs/api/v1/groups", "/acs/api/v1/acls",
                     "/api/agents", "/api/services", "/mesos/weights", "/mesos/quota", "/mesos/maintenance/schedule",
                 ])
        {
            var answer = await server.SendAsync("GET", path, server.Root);
            ((int)answer.Status).ShouldBeLessThan(500, path);
            text.AppendLine($"{path} {(int)answer.Status}: {answer.Text}");
        }
        return text.ToString();
    }
}
