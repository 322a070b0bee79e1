using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Platform.Clustering;
using Platform.Api.Events;
using Platform.Api.Marathon;
using Platform.Api.Security;
using Platform.Grains.Startup;
using Platform.Simulation;

namespace Platform.Benchmarks.Api;

/// <summary>The lists that dashboards and load balancers poll, with all tasks embedded, over HTTP on loopback.</summary>
internal sealed class ListApps : IBenchmark
{
    public string Description => "GET /v2/apps and /v2/groups with tasks embedded: --apps 1000 --instances 10 --agents 100 --rounds 20 --pollers 10";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var apps = options.Number("apps", 1000);
        var instances = options.Number("instances", 10);
        var agents = options.Number("agents", 100);
        var rounds = options.Number("rounds", 20);
        var pollers = options.Number("pollers", 10);
        options.RejectUnknown();

        var directory = Directory.CreateTempSubdirectory("list-apps-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddSoleSilo(directory);
        builder.Services.AddPlatformGrains(grains => grains.Agents.UnreachableAfter = TimeSpan.FromHours(1));
        builder.Services.AddAccess();
        builder.Services.AddMarathon();
        await using var app = builder.Build();
        app.UseRouting();
        app.UseAccess();
        app.MapMarathon();
        await app.StartAsync();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
            var factory = app.Services.GetRequiredService<IGrainFactory>();
            var cluster = new SimulatedCluster(agents, "cpus:1000;mem:1000000;disk:1000000;ports:[10000-60000]");
            await cluster.ConnectAsync(factory);
            var deployed = await DeployAsync(http, factory, apps, instances);

            var results = new Dictionary<string, object> { ["apps"] = apps, ["tasks"] = apps * instances, ["deploySeconds"] = Math.Round(deployed.TotalSeconds, 2) };
            await MeasureAsync(http, "apps", "/v2/apps?embed=apps.tasks", rounds, results);
            await MeasureAsync(http, "groups", "/v2/groups?embed=group.groups&embed=group.apps&embed=group.apps.tasks", rounds, results);
            await PollAsync(http, pollers, rounds, results);
            // Grains hold the sessions of agents weakly.
            GC.KeepAlive(cluster);
            return results;
        }
        finally
        {
            await app.StopAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<TimeSpan> DeployAsync(HttpClient http, IGrainFactory grains, int apps, int instances)
    {
        var body = "[" + string.Join(',', Enumerable.Range(0, apps).Select(i =>
            $$$"""{"id":"/team-{{{i % 20}}}/app-{{{i}}}","cmd":"sleep 1000","cpus":0.01,"mem":1,"instances":{{{instances}}},"labels":{"team":"{{{i % 20}}}"}}""")) + "]";
        var watch = Stopwatch.StartNew();
        using var answer = await http.PutAsync("/v2/apps", new StringContent(body, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
        var version = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("version").GetString()!;
        await foreach (var item in new EventFeed(grains, TimeProvider.System).ReadAsync(0, CancellationToken.None))
        {
            if (item.Event is { Type: "deployment_success" } done && done.Json.Contains(version, StringComparison.Ordinal))
                break;
        }
        return watch.Elapsed;
    }

    private static async Task MeasureAsync(HttpClient http, string name, string path, int rounds, Dictionary<string, object> results)
    {
        var taken = new List<double>();
        long bytes = 0;
        for (var i = 0; i <= rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            bytes = (await http.GetByteArrayAsync(path)).LongLength;
            taken.Add(watch.Elapsed.TotalMilliseconds);
        }
        results[$"{name}FirstMilliseconds"] = Math.Round(taken[0], 1);
        var warm = taken.Skip(1).Order().ToList();
        results[$"{name}P50Milliseconds"] = Math.Round(warm[warm.Count / 2], 1);
        results[$"{name}MaxMilliseconds"] = Math.Round(warm[^1], 1);
        results[$"{name}Bytes"] = bytes;
    }

    private static async Task PollAsync(HttpClient http, int pollers, int rounds, Dictionary<string, object> results)
    {
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, pollers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < rounds; i++)
                await http.GetByteArrayAsync("/v2/apps?embed=apps.tasks");
        })));
        results["pollers"] = pollers;
        results["pollsPerSecond"] = Math.Round(pollers * rounds / watch.Elapsed.TotalSeconds, 1);
    }
}
