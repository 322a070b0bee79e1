// Three jobs of every night, of which two follow the first one. They are run now, and waited for.
//
//   dotnet run --project samples/NightlyJobs [URL]
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Events;
using Platform.Client.Jobs;

using var client = new PlatformClient(new() { Url = args is [var url] ? new Uri(url) : PlatformClientOptions.DefaultUrl });

// Put in the place of what was there: the program can be run again.
var extract = client.Jobs.Get("sample-extract");
await extract.ReplaceAsync(new JsonObject
{
    ["schedule"] = new JsonObject { ["expression"] = "30 2 * * *", ["zone"] = "Europe/Berlin" },
    ["task"] = TaskOf("echo rows=42 > $PLATFORM_OUTPUT"),
});
await client.Jobs.Get("sample-report").ReplaceAsync(new JsonObject { ["parents"] = new JsonArray("sample-extract"), ["task"] = TaskOf("echo report") });
await client.Jobs.Get("sample-archive").ReplaceAsync(new JsonObject { ["parents"] = new JsonArray("sample-extract"), ["task"] = TaskOf("echo archive") });

var run = await extract.RunAsync();
var graph = await EndOfGraphAsync(run);
foreach (var node in graph.Nodes)
    Console.WriteLine($"{node.Job}: {node.State}, took {node.Run?.EndedAt - node.Run?.StartedAt}");
Console.WriteLine($"all: {graph.Phase}");
foreach (var (name, value) in graph.Nodes[0].Run!.Output)
    Console.WriteLine($"{graph.Nodes[0].Job} wrote {name}={value}");
return graph.Phase == "succeeded" ? 0 : 1;

static JsonObject TaskOf(string cmd) => new() { ["cmd"] = cmd, ["cpus"] = 0.1, ["mem"] = 32 };

// Looks again whenever a run has begun or ended.
async Task<RunGraph> EndOfGraphAsync(RunHandle first)
{
    string[] types = ["job_run_started_event", "job_run_succeeded_event", "job_run_failed_event", "job_run_stopped_event"];
    await foreach (var _ in client.Events.FollowAsync(new EventOptions { Types = types, After = 0 }))
    {
        if (await first.GetGraphAsync() is { Phase: not ("active" or "waiting") } ended)
            return ended;
    }
    throw new InvalidOperationException("the control plane went away");
}
