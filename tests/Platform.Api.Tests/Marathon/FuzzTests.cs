using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.Api.Tests.Marathon.Definitions;
using Platform.Api.Tests.Marathon.Pods;

namespace Platform.Api.Tests.Marathon;

public sealed class FuzzTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    private static readonly string[] Hostile =
    [
        "", " ", "null", "true", "[]", "{}", "\"\"", "0", "{", "[", "{\"id\":", "{\"id\":\"/a\"", "{\"id\":\"/a\",}", "{'id':1}", "\uFEFF{}", "{\"id\":\"/a\",\"cmd\":\"\\ud800\"}",
        "{\"\\ud800\":1}", "{\"id\":\"\\u0000\",\"cmd\":\"a\"}", "{\"id\":\"/\u202e\",\"cmd\":\"a\"}", "{\"id\":\"/a\",\"id\":5,\"cmd\":\"a\"}", "[[[[]]]]", "[null]", "[{}]", "[1,2]",
        "{\"id\":\"/a\",\"cmd\":\"a\",\"instances\":1e400}", "{\"id\":\"/a\",\"cmd\":\"a\",\"instances\":123456789012345678901234567890}",
        "{\"id\":\"/a\",\"cmd\":\"a\",\"cpus\":-0.0}", "{\"id\":\"/a\",\"cmd\":\"a\",\"constraints\":[[[]]]}", "{\"id\":\"/a\",\"cmd\":\"a\",\"container\":{\"volumes\":[{}]}}",
        "{\"scaleBy\":1e308}", "{\"version\":\"x\"}", "{\"groups\":[{\"groups\":[{\"groups\":5}]}]}", "{\"ids\":[1,null]}", "{\"ids\":{}}",
        "{\"id\":\"/a\",\"containers\":5}", "{\"id\":\"/a\",\"containers\":[null,[],{\"name\":5,\"resources\":[],\"exec\":{\"command\":{\"argv\":5}},\"endpoints\":[1]}]}",
        "{\"id\":\"/a\",\"containers\":[{\"name\":\"a\",\"resources\":{\"cpus\":1e300}}],\"volumes\":[{\"persistent\":{}}],\"scheduling\":{\"placement\":{\"constraints\":[{}]}}}",
        "[\"\",\"x.instance-\",\"a.instance-b\"]", "{\"pods\":[{\"spec\":5}],\"apps\":[{}]}",
    ];

    private static readonly (string Method, string Path)[] Doors =
    [
        ("POST", "/v2/apps"), ("PUT", "/v2/apps"), ("PATCH", "/v2/apps"), ("PUT", "/v2/apps/fuzz"), ("PATCH", "/v2/apps/keep"), ("PUT", "/v2/apps/keep?partialUpdate=false"),
        ("POST", "/v2/groups"), ("PUT", "/v2/groups"), ("PUT", "/v2/groups/fuzz"), ("PATCH", "/v2/groups/fuzz"), ("POST", "/v2/tasks/delete"), ("POST", "/logging"),
        ("PUT", "/api/secrets/fuzz"), ("PUT", "/secrets/v1/secret/default/fuzz"), ("PATCH", "/secrets/v1/secret/default/fuzz"),
        ("POST", "/v2/pods"), ("PUT", "/v2/pods/fuzz"), ("DELETE", "/v2/pods/keep-pod::instances"), ("POST", "/v2/pods/keep-pod::restart"),
    ];

    [Fact]
    public async Task Hostile_bodies_never_break_the_server()
    {
        foreach (var (method, path) in Doors)
        {
            foreach (var body in Hostile)
                ((int)(await server.SendAsync(method, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "dryRun=true", body)).Status).ShouldBeLessThan(500, $"{method} {path} {body}");
        }
    }

    [Fact]
    public async Task Deep_and_long_bodies_are_refused()
    {
        var deep = await server.SendAsync("POST", "/v2/apps", "{\"id\":\"/a\",\"cmd\":\"a\",\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}");
        (deep.Status, deep.Message).ShouldBe((HttpStatusCode.BadRequest, "Invalid JSON"));
        using var content = new StreamContent(new Endless(20 * 1024 * 1024));
        content.Headers.ContentType = new("application/json");
        using var response = await server.Http.PostAsync("/v2/apps", content);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        var invalid = new ByteArrayContent([0x22, 0xC3, 0x28, 0x22]);
        invalid.Headers.ContentType = new("application/json");
        using var utf8 = await server.Http.PostAsync("/v2/apps", invalid);
        utf8.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Damaged_definitions_are_taken_whole_or_not_at_all()
    {
        await server.AddAsync("/keep", "\"instances\":0");
        var random = new Random(4711);
        var definitions = new RandomDefinition(seed: 4711);
        var before = (await server.GetAsync("/v2/groups")).Text;
        for (var i = 0; i < 500; i++)
        {
            var damaged = Damage(definitions.Next(), random);
            var answer = await server.SendAsync("POST", "/v2/apps?dryRun=true", damaged);
            ((int)answer.Status).ShouldBeOneOf(200, 400, 422);
            var pair = await server.SendAsync("PUT", "/v2/apps", $$"""[{"id":"/keep","instances":7},{{damaged}},{"id":"/never","cmd":"a","instances":-1}]""");
            ((int)pair.Status).ShouldBeOneOf(400, 422);
        }
        (await server.GetAsync("/v2/groups")).Text.ShouldBe(before);
    }

    [Fact]
    public async Task Damaged_pods_are_taken_whole_or_not_at_all()
    {
        await server.SendAsync("POST", "/v2/pods", PodServer.Definition("/keep-pod", instances: 0));
        var random = new Random(4712);
        var definitions = new RandomPod(seed: 4712);
        var before = (await server.GetAsync("/v2/pods")).Text;
        for (var i = 0; i < 500; i++)
        {
            var damaged = Damage(definitions.Next(), random);
            var answer = await server.SendAsync("POST", "/v2/pods?dryRun=true", damaged);
            ((int)answer.Status).ShouldBeOneOf(200, 400, 422);
            var group = await server.SendAsync("PUT", "/v2/groups/fuzz-pods", $$"""{"pods":[{{damaged}},{"id":"never","containers":[]}]}""");
            ((int)group.Status).ShouldBeOneOf(400, 422);
        }
        (await server.GetAsync("/v2/pods")).Text.ShouldBe(before);
    }

    [Theory]
    [InlineData("/v2/pods/%00::status")]
    [InlineData("/v2/pods/::")]
    [InlineData("/v2/pods/a::versions/%ff")]
    [InlineData("/v2/pods/::versions")]
    [InlineData("/v2/pods/a%3A%3Astatus")]
    [InlineData("/v2/pods/a::status::status")]
    [InlineData("/v2/apps/%00")]
    [InlineData("/v2/apps/..%2f..%2fetc")]
    [InlineData("/v2/apps/%2Fkeep%2Fx")]
    [InlineData("/v2/apps/a%20b/tasks")]
    [InlineData("/v2/apps/\u6f22")]
    [InlineData("/v2/groups/versions/x")]
    [InlineData("/v2/apps/keep/versions/%ff")]
    [InlineData("/v2/apps?label=%5C&embed=%00&limit=1")]
    [InlineData("/v2/apps/..%2f..")]
    [InlineData("/v2/apps/keep/tasks/%ff")]
    [InlineData("/v2/queue/%00/delay")]
    [InlineData("/v2/deployments/x%2fy")]
    [InlineData("/api/secrets/%00")]
    [InlineData("/secrets/v1/secret/default/..%2f..")]
    public async Task Odd_addresses_never_break_the_server(string path)
    {
        foreach (var method in (string[])["GET", "HEAD", "OPTIONS", "DELETE", "POST", "PUT", "PATCH"])
        {
            var body = method is "POST" or "PUT" or "PATCH" ? "{}" : null;
            var answer = await server.SendAsync(method, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "dryRun=true", body);
            ((int)answer.Status).ShouldBeLessThan(500, $"{method} {path}");
        }
    }

    private static string Damage(JsonObject definition, Random random)
    {
        var names = definition.Select(m => m.Key).ToList();
        switch (random.Next(4))
        {
            case 0:
                definition[names[random.Next(names.Count)]] = random.Next(5) switch { 0 => 1, 1 => "x", 2 => new JsonArray(1), 3 => new JsonObject { ["a"] = null }, _ => true };
                return definition.ToJsonString();
            case 1:
                definition.Remove(names[random.Next(names.Count)]);
                return definition.ToJsonString();
            case 2:
                var text = new StringBuilder(definition.ToJsonString());
                text[random.Next(text.Length)] = (char)random.Next(32, 127);
                return text.ToString();
            default:
                var whole = definition.ToJsonString();
                return whole[..random.Next(whole.Length)];
        }
    }

    private sealed class Endless(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var size = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, size).Fill((byte)' ');
            _left -= size;
            return size;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
