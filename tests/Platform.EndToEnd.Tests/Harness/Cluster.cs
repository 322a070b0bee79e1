using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Platform.Client;
using Platform.Client.Apps;
using Platform.Client.Deployments;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Harness;

/// <summary>A control plane and agents as real processes in a folder of their own, with a client. Nothing of it is left behind.</summary>
internal sealed partial class Cluster : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ITestOutputHelper output;
    private readonly List<RunningProcess> processes = [];
    private Happenings? happenings;
    private int nextPort = 31000;

    private Cluster(ITestOutputHelper output) => this.output = output;

    internal TestDirectory Directory { get; } = new();

    internal RunningProcess Server { get; private set; } = null!;

    internal PlatformClient Client { get; private set; } = null!;

    internal string Url => Client.Url.OriginalString;

    /// <summary>Starts a control plane on a free port, with so many agents inside its own process.</summary>
    internal static async Task<Cluster> StartAsync(ITestOutputHelper output, int localAgents = 0, params string[] options)
    {
        var cluster = new Cluster(output) { ServerOptions = ["--agents", $"{localAgents}", .. options] };
        try
        {
            await cluster.StartServerAsync();
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    private string[] ServerOptions { get; init; } = [];

    /// <summary>The addresses that agents dial, in their order; null: the client's.</summary>
    internal string? Masters { get; set; }

    /// <summary>Starts the control plane: on a free port the first time, on the same port and data again later.</summary>
    internal async Task StartServerAsync()
    {
        var port = Client is null ? FreePorts.Take() : Client.Url.Port;
        Server = Track(RunningProcess.Start(
            $"control plane {processes.Count}", Directory.Path, ["dev", "--port", $"{port}", "--data", Directory.Of("data"), .. ServerOptions]));
        var line = await Server.LineAsync(one => one.Contains("listens on", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        if (Client is not null)
            return;
        var url = line[line.IndexOf("http://", StringComparison.Ordinal)..].Split(' ')[0];
        Client = new PlatformClient(new PlatformClientOptions { Url = new Uri(url) });
        happenings = new Happenings(Client);
    }

    /// <summary>Starts an agent in a process of its own, with 50 ports of its own; the same name again has the same work directory.</summary>
    internal RunningProcess StartAgent(string name, string resources = "cpus:8;mem:4096;disk:10000", params string[] options)
    {
        if (!agentPorts.TryGetValue(name, out var first))
            agentPorts[name] = first = nextPort += 50;
        return Track(RunningProcess.Start(name, Directory.Path,
        [
            "agent", "--master", Masters ?? Url, "--work-dir", WorkDirectoryOf(name), "--name", name, "--hostname", HostOf(name),
            "--resources", $"{resources};ports:[{first}-{first + 49}]", .. options,
        ]));
    }

    private readonly Dictionary<string, int> agentPorts = [];

    // Each agent has a loopback address of its own, so that they are different hosts.
    private string HostOf(string name) => $"127.0.0.{(agentPorts[name] - 31000) / 50}";

    internal string WorkDirectoryOf(string agent) => Directory.Of("agents/" + agent);

    internal RunningProcess Track(RunningProcess process)
    {
        processes.Add(process);
        return process;
    }

    internal Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null) => happenings!.UntilAsync(what, holds, limit ?? Patience, Logs);

    /// <summary>Submits an app, or several as one change, and waits until its deployment has succeeded.</summary>
    internal async Task DeployAsync(string definition)
    {
        var deployment = await Client.Apps.CreateAsync(JsonNode.Parse(definition)!);
        await SucceededAsync(deployment);
    }

    internal async Task SucceededAsync(DeploymentHandle deployment)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            var outcome = await deployment.WaitAsync(limit.Token);
            if (outcome.Succeeded == false)
                throw new InvalidOperationException($"deployment {deployment.Id} failed: {outcome.Reason}");
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"deployment {deployment.Id} has not ended within {Patience.TotalSeconds} s: {await DescribeAsync()}");
        }
    }

    /// <summary>Waits until exactly so many instances run and none is on its way, and returns them.</summary>
    internal async Task<IReadOnlyList<AppTask>> RunningAsync(string app, int count, TimeSpan? limit = null)
    {
        IReadOnlyList<AppTask> tasks = [];
        await UntilAsync($"{app} has exactly {count} running instances", async () =>
        {
            tasks = await Client.Apps.Get(app).ListTasksAsync();
            return tasks.Count == count && tasks.All(task => task.State == "TASK_RUNNING");
        }, limit);
        return tasks;
    }

    /// <summary>What the API says at a path.</summary>
    internal async Task<JsonElement> GetAsync(string path)
    {
        using var http = new HttpClient { BaseAddress = Client.Url };
        return JsonElement.Parse(await http.GetStringAsync(path));
    }

    internal Task QuietAsync(TimeSpan? limit = null) =>
        UntilAsync("no deployment runs", async () => (await Client.Deployments.ListAsync()).Count == 0, limit);

    /// <summary>The processes that are the tasks of an app, from the process table and not from what the product says.</summary>
    internal IReadOnlyList<TaskProcess> ProcessesOf(string app, string command) =>
        [.. TaskProcess.All(Directory.Path, command).Where(process => process.App == app)];

    /// <summary>
    /// Waits until an app has exactly so many processes. A task counts as running when its shell was started, a moment before the shell becomes
    /// the command; and one that was killed is gone from the table a moment after.
    /// </summary>
    internal async Task<IReadOnlyList<TaskProcess>> ProcessesAsync(string app, int count, string command = "sleep")
    {
        IReadOnlyList<TaskProcess> processes = [];
        try
        {
            await UntilAsync($"{app} has exactly {count} processes", () =>
            {
                processes = ProcessesOf(app, command);
                return Task.FromResult(processes.Count == count);
            }, TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException exception)
        {
            var known = string.Join(", ", (await Client.Apps.Get(app).ListTasksAsync()).Select(task => $"{task.Id} {task.State}"));
            throw new TimeoutException($"{exception.Message}\nprocesses: {string.Join(", ", processes.Select(process => process.TaskId))}\nthe API has: {known}", exception);
        }
        return processes;
    }

    public async ValueTask DisposeAsync()
    {
        if (happenings is not null)
            await happenings.DisposeAsync();
        Client?.Dispose();
        foreach (var process in processes.AsEnumerable().Reverse())
        {
            output.WriteLine($"=== {process.Name}, pid {process.Id}{(process.HasExited ? $", ended with {process.ExitCode}" : "")}");
            output.WriteLine(Tail(process.Log, 200));
            await process.DisposeAsync();
        }

        foreach (var silo in silos)
        {
            if (silo.Wire is not null)
                await silo.Wire.DisposeAsync();
        }

        if (Redis is not null)
            await Redis.DisposeAsync();
        Directory.Dispose();
    }

    private async Task<string> DescribeAsync()
    {
        using var http = new HttpClient { BaseAddress = Client.Url };
        var (deployments, queue, tasks) = (await http.GetStringAsync("/v2/deployments"), await http.GetStringAsync("/v2/queue"), await http.GetStringAsync("/v2/tasks"));
        return $"deployments {deployments}\nqueue {queue}\ntasks {Tail(tasks, 40)}";
    }

    private string Logs() => Debugger.IsAttached ? "" : string.Join('\n', processes.Where(process => process.HasExited).Select(process => $"{process.Name} has ended with {process.ExitCode}"));

    private static string Tail(string text, int lines) => string.Join('\n', text.Split('\n').TakeLast(lines));
}
