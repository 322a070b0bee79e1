using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Discovery;

/// <summary>The zone, name by name, against what Mesos-DNS would make of <c>/master/state</c>.</summary>
public sealed class MesosDnsStateTests(ITestOutputHelper output)
{
    private const string Domain = ".mesos.";

    [Fact]
    public async Task The_zone_has_what_Mesos_DNS_would_make_of_the_state_and_nothing_else_under_its_frameworks()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""
            [{"id":"/shop/web-1","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":2,"portDefinitions":[{"port":0,"name":"http"},{"port":0,"name":"admin-ui","protocol":"udp,tcp"}]},
             {"id":"/plain","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"portDefinitions":[]}]
            """);
        var wanted = new HashSet<string>();
        var found = new HashSet<string>();
        try
        {
            await cluster.UntilAsync("the zone is what the state says", async () =>
            {
                wanted = [.. Expected(await cluster.GetAsync("/master/state"))];
                found = [.. Zone(await cluster.GetAsync("/v1/axfr")).Where(record => record.Contains(".marathon.", StringComparison.Ordinal) && !record.StartsWith("_framework.", StringComparison.Ordinal))];
                return wanted.Count > 0 && wanted.SetEquals(found);
            }, TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            // The difference says more.
        }
        found.Order().ShouldBe(wanted.Order());
        // 2 instances with two ports and a name of dots, one without ports.
        wanted.Count.ShouldBeGreaterThan(30);
    }

    private static IEnumerable<string> Zone(JsonElement zone)
    {
        var records = zone.GetProperty("Records");
        foreach (var (kind, type) in new[] { ("As", "A"), ("SRVs", "SRV") })
        {
            foreach (var name in records.GetProperty(kind).EnumerateObject())
            {
                foreach (var value in name.Value.EnumerateArray())
                    yield return $"{name.Name} {type} {value.GetString()}";
            }
        }
    }

    // As records/generator.go of Mesos-DNS walks the state: running tasks of each framework, with netinfo before the host's address.
    private static IEnumerable<string> Expected(JsonElement state)
    {
        var agents = state.GetProperty("slaves").EnumerateArray().ToDictionary(
            agent => agent.GetProperty("id").GetString()!, agent => agent.GetProperty("pid").GetString()!.Split('@')[1].Split(':')[0]);
        foreach (var framework in state.GetProperty("frameworks").EnumerateArray())
        {
            var under = framework.GetProperty("name").GetString()!.ToLowerInvariant();
            foreach (var task in framework.GetProperty("tasks").EnumerateArray().Where(task => task.GetProperty("state").GetString() == "TASK_RUNNING"))
            {
                var host = agents[task.GetProperty("slave_id").GetString()!];
                var discovery = task.TryGetProperty("discovery", out var told) ? told : default;
                var isDiscovered = discovery.ValueKind == JsonValueKind.Object && discovery.GetProperty("name").GetString() is { Length: > 0 };
                var name = isDiscovered ? discovery.GetProperty("name").GetString()! : task.GetProperty("name").GetString()!;
                // With a DiscoveryInfo under the name as it is, where DNS can carry it, and as one label.
                string[] labels = isDiscovered && IsName(name) ? [name, Label(name)] : [Label(name)];
                foreach (var label in labels.Distinct())
                {
                    foreach (var record in Task(task, label, under, host, isDiscovered ? discovery : null))
                        yield return record;
                }
            }
        }
    }

    private static IEnumerable<string> Task(JsonElement task, string label, string framework, string host, JsonElement? discovery)
    {
        var agent = task.GetProperty("slave_id").GetString()!;
        var canonical = $"{label}-{Hash(task.GetProperty("id").GetString()!)}-{Label(agent[(agent.LastIndexOf('-') + 1)..])}.{framework}";
        foreach (var below in new[] { "", ".slave" })
        {
            yield return $"{label}.{framework}{below}{Domain} A {host}";
            yield return $"{canonical}{below}{Domain} A {host}";
        }
        foreach (var port in Ports(task))
        {
            foreach (var protocol in new[] { "tcp", "udp" })
            {
                yield return $"_{label}._{protocol}.{framework}.slave{Domain} SRV {canonical}.slave{Domain}:{port}";
                if (discovery is null)
                    yield return $"_{label}._{protocol}.{framework}{Domain} SRV {canonical}.slave{Domain}:{port}";
            }
        }
        if (discovery is null || !discovery.Value.TryGetProperty("ports", out var all) || !all.TryGetProperty("ports", out var ports))
            yield break;
        foreach (var port in ports.EnumerateArray())
        {
            var (number, protocol) = (port.GetProperty("number").GetInt32(), port.GetProperty("protocol").GetString()!);
            foreach (var one in protocol.Split(','))
            {
                var service = $"_{label}._{one}.{framework}{Domain}";
                yield return $"{service} SRV {canonical}{Domain}:{number}";
                if (port.TryGetProperty("name", out var portName) && Label(portName.GetString()!) is { Length: > 0 } named)
                    yield return $"_{named}.{service} SRV {canonical}{Domain}:{number}";
            }
        }
    }

    private static IEnumerable<int> Ports(JsonElement task)
    {
        if (!task.GetProperty("resources").TryGetProperty("ports", out var text) || text.ValueKind != JsonValueKind.String)
            yield break;
        foreach (var range in text.GetString()!.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var bounds = range.Split('-');
            for (var port = int.Parse(bounds[0]); port <= int.Parse(bounds[^1]); port++)
                yield return port;
        }
    }

    // Five letters of the SHA-1 of the id in the alphabet of zbase32.
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "A short name that Mesos-DNS' users know, not a protection.")]
    private static string Hash(string id)
    {
        const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
        var sum = SHA1.HashData(Encoding.UTF8.GetBytes(id));
        var bits = sum.Take(5).Aggregate(0UL, (all, next) => (all << 8) | next);
        return string.Concat(Enumerable.Range(0, 8).Select(i => Alphabet[(int)((bits >> (35 - 5 * i)) & 31)]))[..5];
    }

    // RFC 1123: lower case, dots and underscores are hyphens, other characters go, and hyphens at the ends.
    private static string Label(string name)
    {
        var label = new string([.. name.ToLowerInvariant().Select(c => c is '.' or '_' ? '-' : c).Where(c => char.IsAsciiLetterOrDigit(c) || c == '-')]).Trim('-');
        return label.Length > 63 ? label[..63].TrimEnd('-') : label;
    }

    private static bool IsName(string name) => name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-');
}
