using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Platform.Benchmarks.EndToEnd;

namespace Platform.Benchmarks.Frameworks;

/// <summary>One framework launches tasks on simulated agents and acknowledges all that it is told; then tools read the master's state.</summary>
internal sealed class Launches : IBenchmark
{
    private const int TasksPerAccept = 100;

    public string Description => "a framework's tasks per second through HTTP, and /master/state with them: --tasks 10000 --agents 100 --reads 5 --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var tasks = options.Number("tasks", 10_000);
        var agents = options.Number("agents", 100);
        var reads = options.Number("reads", 5);
        var parent = options.Text("directory", Path.GetTempPath());
        options.RejectUnknown();

        await using var platform = await PlatformProcess.StartAsync(parent, simulate: agents, resources: $"cpus:{tasks / agents * 0.02:0.##};mem:{tasks / agents * 8};disk:1000;ports:[31000-32000]");
        using var http = new HttpClient { BaseAddress = platform.Client.Url, Timeout = TimeSpan.FromMinutes(5) };
        await Offers.SimulatedAgentsAsync(http, agents);
        using var stream = await FrameworkStream.OpenAsync(http, "bench");
        var (cpu, watch) = (platform.ServerProcessorTime, Stopwatch.StartNew());
        await LaunchAsync(stream, tasks, watch);
        var (total, spent) = (watch.Elapsed, platform.ServerProcessorTime - cpu);
        var results = new Dictionary<string, object>
        {
            ["tasks"] = tasks,
            ["agents"] = agents,
            ["seconds"] = Math.Round(total.TotalSeconds, 2),
            ["tasksPerSecond"] = Math.Round(tasks / total.TotalSeconds),
            ["serverMillisecondsPerTask"] = Math.Round(spent.TotalMilliseconds / tasks, 2),
        };
        await ReadAsync(http, reads, results);
        return results;
    }

    private static async Task LaunchAsync(FrameworkStream stream, int tasks, Stopwatch watch)
    {
        var (launched, running) = (0, 0);
        var calls = new List<Task>();
        using var progress = new Timer(_ => Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds,6:0.0} s: {launched} launched, {running} run"), null, 2000, 2000);
        while (running < tasks)
        {
            var told = await stream.NextAsync(CancellationToken.None) ?? throw new InvalidOperationException("the stream has ended");
            if (told.GetProperty("type").GetString() == "OFFERS")
            {
                foreach (var offer in told.GetProperty("offers").GetProperty("offers").EnumerateArray())
                {
                    var room = (int)Math.Min(Scalar(offer, "cpus") / 0.01, Scalar(offer, "mem") / 4);
                    var count = Math.Min(Math.Min(room, TasksPerAccept), tasks - launched);
                    if (count <= 0)
                        continue;
                    var agent = offer.GetProperty("agent_id").GetRawText();
                    var infos = Enumerable.Range(launched, count).Select(i =>
                        $$$$"""{"name":"t{{{{i}}}}","task_id":{"value":"t{{{{i}}}}"},"agent_id":{{{{agent}}}},"command":{"value":"sleep 1000"},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.01}},{"name":"mem","type":"SCALAR","scalar":{"value":4}}]}""");
                    launched += count;
                    calls.Add(stream.CallAsync("ACCEPT",
                        $$$"""{"offer_ids":[{{{offer.GetProperty("id").GetRawText()}}}],"filters":{"refuse_seconds":0},"operations":[{"type":"LAUNCH","launch":{"task_infos":[{{{string.Join(',', infos)}}}]}}]}"""));
                }
            }
            else if (told.GetProperty("type").GetString() == "UPDATE")
            {
                var status = told.GetProperty("update").GetProperty("status");
                if (status.GetProperty("state").GetString() == "TASK_RUNNING")
                    running++;
                calls.Add(stream.CallAsync("ACKNOWLEDGE",
                    $$$"""{"agent_id":{{{status.GetProperty("agent_id").GetRawText()}}},"task_id":{{{status.GetProperty("task_id").GetRawText()}}},"uuid":{{{status.GetProperty("uuid").GetRawText()}}}}"""));
            }
        }
        await Task.WhenAll(calls);
    }

    private static async Task ReadAsync(HttpClient http, int reads, Dictionary<string, object> results)
    {
        EntityTagHeaderValue? tag = null;
        var times = new List<double>();
        for (var i = 0; i < reads; i++)
        {
            var watch = Stopwatch.StartNew();
            using var answer = await http.GetAsync("/master/state");
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            times.Add(Math.Round(watch.Elapsed.TotalMilliseconds));
            results["stateMegabytes"] = Math.Round(bytes.Length / 1e6, 1);
            tag = answer.Headers.ETag;
        }
        if (times.Count > 0)
            results["stateMilliseconds"] = times;
        if (tag is null)
            return;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/master/state");
        request.Headers.IfNoneMatch.Add(tag);
        var again = Stopwatch.StartNew();
        using var unchanged = await http.SendAsync(request);
        results["stateUnchangedMilliseconds"] = Math.Round(again.Elapsed.TotalMilliseconds);
        results["stateUnchangedStatus"] = (int)unchanged.StatusCode;
    }

    private static double Scalar(JsonElement offer, string name) => offer.GetProperty("resources").EnumerateArray()
        .Where(resource => resource.GetProperty("name").GetString() == name).Sum(resource => resource.GetProperty("scalar").GetProperty("value").GetDouble());
}
