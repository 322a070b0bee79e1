// Deploys a web app, and then a new version of it, with a look at what would happen first.
//
//   dotnet run --project samples/WebApp [URL]
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Deployments;

using var client = new PlatformClient(new() { Url = args is [var url] ? new Uri(url) : PlatformClientOptions.DefaultUrl });

// Put in the place of what was there: the program can be run again.
var web = client.Apps.Get("/samples/web");
await FollowAsync(await web.ReplaceAsync(Definition("1")));
await ShowAsync();

// The same definition with another greeting: the plan tells what that would do, and changes nothing.
var plan = await client.PlanAsync(new JsonArray(Definition("2")));
foreach (var change in plan["changes"]!.AsArray())
{
    Console.WriteLine($"plan: {change!["app"]}: {change["change"]}");
    foreach (var field in change["fields"]!.AsArray())
        Console.WriteLine($"plan:   {field!["path"]}: {field["before"]} -> {field["after"]}");
}

await FollowAsync(await web.ReplaceAsync(Definition("2")));
await ShowAsync();
return 0;

static JsonObject Definition(string version) => new()
{
    ["id"] = "/samples/web",
    ["cmd"] = "exec python3 -m http.server $PORT0",
    ["instances"] = 2,
    ["cpus"] = 0.1,
    ["mem"] = 64,
    ["env"] = new JsonObject { ["GREETING"] = $"hello from {version}" },
    ["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = 0, ["name"] = "http" }),
    // Half of the instances serve while the others are replaced.
    ["upgradeStrategy"] = new JsonObject { ["minimumHealthCapacity"] = 0.5 },
    // A deployment is over when what it started is healthy.
    ["healthChecks"] = new JsonArray(new JsonObject { ["protocol"] = "MESOS_HTTP", ["path"] = "/", ["delaySeconds"] = 0, ["intervalSeconds"] = 1, ["gracePeriodSeconds"] = 30 }),
};

// What a deployment does, step by step, until its end.
async Task FollowAsync(DeploymentHandle deployment)
{
    var (end, types) = (deployment.WaitAsync(), new[] { "deployment_info", "deployment_success", "deployment_failed" });
    await foreach (var one in client.Events.FollowAsync(new() { Types = types, After = 0 }))
    {
        if (one.Type == "deployment_info" && one.Content.GetProperty("plan").GetProperty("id").GetString() == deployment.Id)
        {
            foreach (var action in one.Content.GetProperty("currentStep").GetProperty("actions").EnumerateArray())
                Console.WriteLine($"deployment: {action.GetProperty("action")} {action.GetProperty("app")}");
        }
        else if (one.Type != "deployment_info" && one.Content.GetProperty("id").GetString() == deployment.Id)
        {
            break;
        }
    }
    var outcome = await end;
    Console.WriteLine(outcome.Succeeded == true ? "deployment: succeeded" : $"deployment: failed: {outcome.Reason}");
}

async Task ShowAsync()
{
    var app = await web.GetAsync();
    Console.WriteLine($"{app.Id} {app.Version}: {app.TasksHealthy} of {app.Instances} healthy");
}
