using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>Forced changes, removals, scales and undos from several clients at once, with kill -9 of the control plane: at rest the API and the process table agree.</summary>
public sealed class SupersededChangesTests(ITestOutputHelper output)
{
    private const int Rounds = 6;
    private const int Clients = 4;

    private static readonly string[] Ids = ["/x", "/g/a", "/g/b"];

    [Fact]
    public async Task Whatever_is_changed_at_once_and_whenever_the_control_plane_dies_the_API_and_the_processes_agree_at_rest()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        cluster.StartAgent("second");
        await cluster.DeployAsync($$"""[{{App("/x", 0)}},{{App("/g/a", 0)}},{{App("/g/b", 0)}}]""");
        var number = 0;
        for (var round = 1; round <= Rounds; round++)
        {
            var seed = round;
            var clients = Enumerable.Range(0, Clients).Select(client => ActAsync(cluster, new Random(HashCode.Combine(seed, client)), () => Interlocked.Increment(ref number))).ToList();
            if (round % 2 == 0)
            {
                await Task.Delay(new Random(seed).Next(100, 1_000));
                await cluster.Server.KillAsync();
                await cluster.StartServerAsync();
            }
            await Task.WhenAll(clients);
            await AgreeAsync(cluster, $"round {round}");
        }
    }

    [Fact]
    public async Task Of_four_forced_changes_at_once_the_last_accepted_is_what_runs()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        await cluster.DeployAsync(App("/x", 0));
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        for (var round = 1; round <= 3; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => http.PutAsJsonAsync("/v2/apps/x?force=true", JsonNode.Parse($$$"""{"env":{"N":"{{{(round * 10) + i}}}"}}"""))));
            answers.ShouldAllBe(answer => answer.IsSuccessStatusCode);
            await AgreeAsync(cluster, $"apps, round {round}");
            answers = await Task.WhenAll(Enumerable.Range(1, 4).Select(i => http.PutAsJsonAsync(
                "/v2/groups/g?force=true", JsonNode.Parse($$"""{"apps":[{{App("/g/a", (round * 10) + i)}},{{App("/g/b", round)}}]}"""))));
            answers.ShouldAllBe(answer => answer.IsSuccessStatusCode);
            await AgreeAsync(cluster, $"groups, round {round}");
        }
    }

    private static string App(string id, int number, int instances = 1) =>
        $$$"""{"id":"{{{id}}}","cmd":"exec sleep 100000","cpus":0.05,"mem":16,"instances":{{{instances}}},"backoffSeconds":0,"env":{"N":"{{{number}}}"}}""";

    private static async Task ActAsync(Cluster cluster, Random chance, Func<int> next)
    {
        using var http = new HttpClient { BaseAddress = cluster.Client.Url, Timeout = TimeSpan.FromSeconds(30) };
        for (var i = 0; i < 8; i++)
        {
            var id = Ids[chance.Next(Ids.Length)];
            try
            {
                switch (chance.Next(8))
                {
                    case 0:
                        await http.DeleteAsync($"/v2/apps{id}?force=true");
                        break;
                    case 1:
                        var running = (await http.GetFromJsonAsync<JsonElement>("/v2/deployments")).EnumerateArray().Select(deployment => deployment.GetProperty("id").GetString()).ToList();
                        if (running.Count > 0)
                            await http.DeleteAsync($"/v2/deployments/{running[chance.Next(running.Count)]}");
                        break;
                    case 2:
                        await http.PatchAsJsonAsync($"/v2/apps{id}?force=true", new { instances = chance.Next(4) });
                        break;
                    case 3:
                        await http.PutAsJsonAsync("/v2/groups/g?force=true", JsonNode.Parse($$"""{"apps":[{{App("/g/a", next())}},{{App("/g/b", next(), 2)}}]}"""));
                        break;
                    default:
                        await http.PutAsJsonAsync($"/v2/apps{id}?force=true", JsonNode.Parse(App(id, next(), chance.Next(1, 3))));
                        break;
                }
            }
            catch (Exception down) when (down is HttpRequestException or TaskCanceledException or JsonException)
            {
                // The control plane is down; what it had accepted it has on record.
            }
            await Task.Delay(chance.Next(200));
        }
    }

    private static async Task AgreeAsync(Cluster cluster, string when)
    {
        await cluster.QuietAsync(TimeSpan.FromSeconds(60));
        string? difference = null;
        try
        {
            await cluster.UntilAsync("the API and the processes agree", async () => (difference = await DifferenceAsync(cluster)) is null, TimeSpan.FromSeconds(20));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{when}: {difference}");
        }
        // What gave way must not come back: an instant later it is still so.
        var before = Processes(cluster);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Processes(cluster).ShouldBe(before, ignoreOrder: true, when);
    }

    private static List<(string App, int Id)> Processes(Cluster cluster) => [.. Ids.SelectMany(id => cluster.ProcessesOf(id, "sleep").Select(process => (id, process.Id)))];

    private static async Task<string?> DifferenceAsync(Cluster cluster)
    {
        var apps = (await cluster.GetAsync("/v2/apps")).GetProperty("apps").EnumerateArray()
            .ToDictionary(app => app.GetProperty("id").GetString()!, app => (Number: app.GetProperty("env").GetProperty("N").GetString(), Instances: app.GetProperty("instances").GetInt32()));
        foreach (var id in Ids)
        {
            var processes = cluster.ProcessesOf(id, "sleep").Select(process => process.Environment["N"]).ToList();
            var wanted = apps.TryGetValue(id, out var app) ? Enumerable.Repeat(app.Number, app.Instances).ToList() : [];
            if (!processes.SequenceEqual(wanted))
                return string.Create(CultureInfo.InvariantCulture, $"{id} shall run {string.Join(",", wanted)} and runs {string.Join(",", processes)}");
        }
        return null;
    }
}
