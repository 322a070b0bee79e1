using System.Net;
using System.Reflection;
using System.Text.Json;
using Platform.Core;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>Public scenarios of Mesos' allocator, told through HTTP: frameworks subscribe on streams of their own and see the offers that the scenario expects, and no others.</summary>
/// <remarks>The product decides at each event and not at an interval, so that only those are here in which that makes no difference.</remarks>
public sealed class AllocatorReplayTests
{
    private static readonly JsonElement Scenarios = JsonElement.Parse(Read("mesos.json")).GetProperty("allocator");

    [Theory]
    [InlineData("A01")]
    [InlineData("A02")]
    [InlineData("A04")]
    [InlineData("A05")]
    [InlineData("A12")]
    [InlineData("A16")]
    [InlineData("A17")]
    [InlineData("A20")]
    public async Task Offers_are_those_that_the_scenario_expects(string id)
    {
        var server = new MesosServer(agents: 0);
        await server.InitializeAsync();
        try
        {
            using var replay = new Replay(server);
            foreach (var step in Scenarios.EnumerateArray().Single(one => one.GetProperty("id").GetString() == id).GetProperty("steps").EnumerateArray())
                await replay.StepAsync([.. step.EnumerateArray()]);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed class Replay(MesosServer server) : IDisposable
    {
        private readonly Dictionary<string, (MesosStream Stream, string Id)> _frameworks = [];
        private readonly Dictionary<string, (string OfferId, string Text)> _offers = [];
        private readonly Dictionary<string, SimulatedAgent> _agents = [];
        private readonly Dictionary<string, Resources> _totals = [];
        private DateTimeOffset _notBefore;

        public async Task StepAsync(JsonElement[] step)
        {
            switch (step[0].GetString())
            {
                case "agent":
                    var (id, text) = (step[1].GetString()!, step[2].GetString()!);
                    _totals[id] = Resources.Parse(text);
                    _agents[id] = new(server.Grains, id, text, TimeProvider.System);
                    (await _agents[id].ConnectAsync()).Registered.ShouldNotBeNull();
                    break;
                case "framework":
                    await SubscribeAsync(step[1].GetString()!, step[2]);
                    break;
                case "quota":
                    var (role, guarantee, limit) = (step[1].GetString()!, step[2].GetString()!, step.Length > 3 ? step[3].GetString()! : step[2].GetString()!);
                    (await server.CallAsync($$$"""
                        {"type":"UPDATE_QUOTA","update_quota":{"force":true,"quota_configs":[{"role":"{{{role}}}","guarantees":{{{Amounts(guarantee)}}},"limits":{{{Amounts(limit)}}}}]}}
                        """)).Status.ShouldBe(HttpStatusCode.OK);
                    break;
                case "decline":
                    await DeclineAsync(step);
                    break;
                case "advance":
                    _notBefore += TimeSpan.FromSeconds(step[1].GetDouble());
                    break;
                case "expect":
                    await ExpectAsync([.. step[1].EnumerateArray().Select(one => one.EnumerateArray().Select(part => part.GetString()!).ToArray())]);
                    break;
                case "expectNone":
                    // An offer that should not be is seen with those that are expected next.
                    break;
                default:
                    throw new InvalidOperationException($"{step[0]} cannot be told through HTTP");
            }
        }

        public void Dispose()
        {
            foreach (var (stream, _) in _frameworks.Values)
                stream.Dispose();
        }

        private async Task SubscribeAsync(string name, JsonElement roles)
        {
            var stream = await MesosStream.OpenAsync(server.Http, "/api/v1/scheduler", $$$"""
                {"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"{{{name}}}","failover_timeout":60,"roles":{{{roles.GetRawText()}}},"capabilities":[{"type":"MULTI_ROLE"},{"type":"RESERVATION_REFINEMENT"}]} } }
                """);
            _frameworks[name] = (stream, (await stream.UntilAsync("SUBSCRIBED")).GetProperty("subscribed").GetProperty("framework_id").GetProperty("value").GetString()!);
        }

        private async Task DeclineAsync(JsonElement[] step)
        {
            var (stream, id) = _frameworks[step[1].GetString()!];
            _notBefore = DateTimeOffset.UtcNow;
            var offer = _offers[$"{step[1]} {step[2]}"].OfferId;
            (await server.SendAsync("POST", "/api/v1/scheduler", $$$$"""
                {"type":"DECLINE","framework_id":{"value":"{{{{id}}}}"},"decline":{"offer_ids":[{"value":"{{{{offer}}}}"}],"filters":{"refuse_seconds":{{{{step[5].GetDouble()}}}}}}}
                """, stream: stream.Id)).Status.ShouldBe(HttpStatusCode.Accepted);
        }

        // All that come until those that are expected are there; none too early, and no others.
        private async Task ExpectAsync(IReadOnlyList<string[]> expected)
        {
            var wanted = expected.Select(one => $"{one[0]} {one[1]} {one[2]} {(one[3] == "*" ? Text(_totals[one[2]].Quantities) : Text(Resources.Parse(one[3]).Quantities))}").ToHashSet();
            foreach (var framework in expected.Select(one => one[0]).Distinct())
            {
                var missing = wanted.Count(one => one.StartsWith(framework + " ", StringComparison.Ordinal));
                while (missing > 0)
                {
                    foreach (var offer in (await _frameworks[framework].Stream.UntilAsync("OFFERS")).GetProperty("offers").GetProperty("offers").EnumerateArray())
                    {
                        var agent = offer.GetProperty("agent_id").GetProperty("value").GetString()!;
                        var text = $"{framework} {offer.GetProperty("allocation_info").GetProperty("role").GetString()} {agent} {Text(Of(offer))}";
                        wanted.ShouldContain(text);
                        DateTimeOffset.UtcNow.ShouldBeGreaterThanOrEqualTo(_notBefore);
                        _offers[$"{framework} {agent}"] = (offer.GetProperty("id").GetProperty("value").GetString()!, text);
                        missing--;
                    }
                }
            }
            // The control plane knows of no other offers than those that were seen.
            var open = (await server.CallAsync("""{"type":"GET_FRAMEWORKS"}""")).Json.GetProperty("get_frameworks").GetProperty("frameworks").EnumerateArray()
                .SelectMany(framework => framework.TryGetProperty("offers", out var offers) ? offers.EnumerateArray().ToArray() : []).Select(offer => offer.GetProperty("id").GetProperty("value").GetString()!);
            open.ShouldBeSubsetOf(_offers.Values.Select(offer => offer.OfferId));
        }

        private static ResourceQuantities Of(JsonElement offer) => offer.GetProperty("resources").EnumerateArray().Where(resource => resource.TryGetProperty("scalar", out _))
            .Aggregate(ResourceQuantities.Empty, (sum, resource) => sum + Resources.Of(Resource.Scalar(
                resource.GetProperty("name").GetString()!, ScalarValue.From(resource.GetProperty("scalar").GetProperty("value").GetDouble()).Milli)).Quantities);

        private static string Text(ResourceQuantities amounts) => string.Join(';', amounts.Entries().Where(one => one.Value > 0).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}:{one.Value}"));

        private static string Amounts(string text) =>
            $"{{{string.Join(',', text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')).Select(one => $"\"{one[0]}\":{{\"value\":{one[1]}}}"))}}}";
    }
}
