// A service that finds another one, calls it, and lets itself be found: for programs that are not started by the platform.
//
//   dotnet run --project samples/Discovery [URL]
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Services;

using var client = new PlatformClient(new() { Url = args is [var url] ? new Uri(url) : PlatformClientOptions.DefaultUrl });

// The one to be found. Its name is its path, backwards: /samples/backend.
var backend = client.Services.Get("backend.samples.marathon");
var deployment = await client.Apps.Get("/samples/backend").ReplaceAsync(new JsonObject
{
    ["id"] = "/samples/backend",
    ["cmd"] = "echo 'hello from the backend' > index.html; exec python3 -m http.server $PORT0",
    ["cpus"] = 0.1,
    ["mem"] = 64,
    ["portDefinitions"] = new JsonArray(new JsonObject { ["port"] = 0, ["name"] = "http" }),
    ["healthChecks"] = new JsonArray(new JsonObject { ["protocol"] = "MESOS_HTTP", ["path"] = "/", ["delaySeconds"] = 0, ["intervalSeconds"] = 1, ["gracePeriodSeconds"] = 30 }),
});

// First the whole list, then each change: an endpoint is there as soon as it is healthy.
var found = await FirstReadyAsync(backend);
var port = found.Ports.First(one => one.Name == "http").HostPort;
Console.WriteLine($"found {backend.Name} at {found.AgentAddresses[0]}:{port}");
using var http = new HttpClient();
Console.WriteLine("it says: " + (await http.GetStringAsync(new Uri($"http://{found.AgentAddresses[0]}:{port}/"))).Trim());
await deployment.WaitAsync();

// This program as a service: it is forgotten unless it tells within 30 seconds that it is still there.
var self = client.Services.Get("frontend");
await self.RegisterAsync("sample-1", new ServiceInstance { Address = "127.0.0.1", Ports = [new ServicePort { Name = "http", HostPort = 8080 }], TtlSeconds = 30 });
await self.HeartbeatAsync("sample-1");
Console.WriteLine($"{self.Name} is found at {(await FirstReadyAsync(self)).Addresses[0]}");
await self.DeregisterAsync("sample-1");
return 0;

static async Task<ServiceEndpoint> FirstReadyAsync(ServiceHandle service)
{
    await foreach (var change in service.WatchAsync())
    {
        if (change.Set.FirstOrDefault(endpoint => endpoint.State == "Ready") is { } ready)
            return ready;
    }
    throw new InvalidOperationException("the control plane went away");
}
