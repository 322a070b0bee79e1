using System.Runtime.CompilerServices;
using Platform.Client;
using Platform.Client.Apps;
using Platform.Client.Jobs;
using Platform.Client.Pods;

// Says what it finds, a line for each noun.
using var client = new PlatformClient(new() { Url = new Uri(args[0]) });
Console.WriteLine($"dynamic code: {RuntimeFeature.IsDynamicCodeSupported}");

var web = await client.Apps.CreateAsync(new AppBuilder("/aot/web").Command("sleep 1000").Resources(cpus: 0.1, mem: 32).Label("tier", "web").Build());
Console.WriteLine($"app: {(await web.WaitAsync()).Succeeded}");
var typed = await client.Apps.CreateAsync(new AppDefinition { Id = "/aot/typed", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32, Labels = new Dictionary<string, string> { ["tier"] = "db" } });
Console.WriteLine($"typed app: {(await typed.WaitAsync()).Succeeded}");
var app = await client.Apps.Get("/aot/typed").GetJsonAsync();
Console.WriteLine($"label: {app["labels"]!["tier"]}, tasks: {(await client.Apps.Get("/aot/web").ListTasksAsync()).Count}");

var pod = await client.Pods.CreateAsync(new PodBuilder("/aot/pod").Container("one", it => it.Command("sleep 1000").Resources(0.1, 32)).Build());
Console.WriteLine($"pod: {(await pod.WaitAsync()).Succeeded}, {(await client.Pods.ListAsync()).Count}");

var job = await client.Jobs.CreateAsync(new JobBuilder("aot").Command("echo it ran").Resources(0.1, 32).Build());
var run = await job.RunAsync();
var ended = await run.WaitAsync();
Console.WriteLine($"job: {ended.Phase}, {(await client.Jobs.ListAsync()).Count}");
await foreach (var line in run.LogsAsync(ended.Tasks[0]))
    Console.WriteLine($"log: {line}");

await foreach (var one in client.Events.FollowAsync(new() { Types = ["deployment_success"], After = 0 }))
{
    Console.WriteLine($"event: {one.Type}");
    break;
}
var agent = (await client.Agents.ListAsync())[0];
Console.WriteLine($"agent: {(await client.Agents.Get(agent.Id).GetAsync()).Agent.Condition}, services: {(await client.Services.ListAsync()).Count >= 0}");
try
{
    await client.Apps.CreateAsync(new AppBuilder("/aot/bad").Resources(cpus: -1).Build());
}
catch (PlatformException refused)
{
    Console.WriteLine($"refused: {refused.Error}, problems: {refused.Problems.Count > 0}");
}
