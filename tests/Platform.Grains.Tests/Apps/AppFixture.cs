using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Platform.Api.Events;
using Platform.Api.Marathon.Events;
using Platform.Contracts.Agents;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Contracts.Events;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Startup;
using Platform.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

/// <summary>A control plane with scripted agents.</summary>
internal sealed class AppFixture : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private AppFixture(GrainTestHost host) => Host = host;

    public GrainTestHost Host { get; }

    public List<ScriptedAgent> Agents { get; } = [];

    public IGroupGrain Root => Host.GetGrain<IGroupGrain>("/");

    public static async Task<AppFixture> StartAsync(
        int agents, Action<PlatformGrainsOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var host = await GrainTestHost.StartAsync(
            configureServices: collection =>
            {
                services?.Invoke(collection);
                collection.AddSingleton<IEventVocabulary, EventVocabulary>();
                collection.AddPlatformGrains(options =>
                {
                    // Scripted agents give no sign of life by themselves, and a busy machine must not look like a silent agent.
                    options.Agents.UnreachableAfter = TimeSpan.FromMinutes(5);
                    configure?.Invoke(options);
                });
            });
        var fixture = new AppFixture(host);
        for (var i = 0; i < agents; i++)
            await fixture.AddAgentAsync($"agent{i}");
        return fixture;
    }

    public async Task<ScriptedAgent> AddAgentAsync(string id, Func<AgentRegistration, AgentRegistration>? registers = null)
    {
        var agent = new ScriptedAgent(Host, id);
        agent.Registers = registers ?? agent.Registers;
        Agents.Add(agent);
        await agent.DialAsync();
        return agent;
    }

    /// <summary>The term of the allocator.</summary>
    public Task<long> AllocatorRunAsync() => Host.GetGrain<IAllocatorGrain>(0).ResyncAsync("app:/nobody", new());

    public IAppGrain App(string id) => Host.GetGrain<IAppGrain>(id);

    public async Task<ChangeResult> PutAsync(AppSpec spec, bool force = false) => await Root.ChangeAsync(new()
    {
        Apps = [new() { AppId = spec.Id, Kind = AppChangeKind.Put, Spec = spec, IsPod = spec.Pod is not null }],
        Force = force,
    });

    public async Task<AppStatus> PutAndWaitAsync(AppSpec spec)
    {
        ChangeResult? result = null;
        // The note of a deployment's end may be lost in a crash: its app is free when the end was found again.
        await UntilAsync(async () => (result = await PutAsync(spec)).Outcome != ChangeOutcome.Locked, $"{spec.Id} is free");
        return await WaitForDeploymentAsync(spec.Id, Task.FromResult(result!));
    }

    public async Task<AppStatus> WaitForDeploymentAsync(string appId, Task<ChangeResult> change)
    {
        var result = await change;
        result.Outcome.ShouldBe(ChangeOutcome.Accepted);
        await UntilAsync(async () => !(await Root.GetDeploymentsAsync()).Contains(result.DeploymentId), $"deployment {result.DeploymentId} ends");
        return (await App(appId).GetStatusAsync())!;
    }

    public async Task<AppStatus> UntilAsync(string appId, Func<AppStatus, bool> reached, string what)
    {
        AppStatus? status = null;
        try
        {
            await UntilAsync(async () => (status = await App(appId).GetStatusAsync()) is not null && reached(status), $"{appId}: {what}");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} It is {JsonSerializer.Serialize(status)}", exception);
        }
        return status!;
    }

    /// <summary>Waits for a condition that something on its way will fulfil.</summary>
    public static async Task UntilAsync(Func<Task<bool>> reached, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!await reached())
        {
            try
            {
                await pause.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Waited {Patience} in vain until {what}.");
            }
        }
    }

    /// <summary>The events so far.</summary>
    public async Task<IReadOnlyList<StreamedEvent>> EventsAsync() => [.. (await Host.GetGrain<IEventLogGrain>(0).ReadAsync(1, 10_000)).Select(logged => new StreamedEvent(logged))];

    /// <summary>Types of the events so far.</summary>
    public async Task<IReadOnlyList<string>> EventTypesAsync() => [.. (await EventsAsync()).Select(logged => logged.Type)];

    public static bool AllRun(AppStatus status, int count) =>
        status.Instances.Count == count && status.Instances.All(instance => instance.State == TaskState.Running && !instance.Doomed);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
