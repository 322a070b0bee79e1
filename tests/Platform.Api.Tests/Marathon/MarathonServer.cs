using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Clustering;
using Platform.Api.Allocation;
using Platform.Api.Events;
using Platform.Api.Http;
using Platform.Api.Marathon;
using Platform.Api.Secrets;
using Platform.Api.Security;
using Platform.Grains.Apps;
using Platform.Grains.Startup;
using Platform.Simulation;

namespace Platform.Api.Tests.Marathon;

/// <summary>The API over real grains and simulated agents, on a port of its own.</summary>
public sealed class MarathonServer : IAsyncLifetime
{
    /// <summary>Events that the log keeps.</summary>
    public const int KeptEvents = 20_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("marathon-").FullName;
    private WebApplication _app = null!;

    public HttpClient Http { get; private set; } = null!;

    public SimulatedCluster Cluster { get; } = new(4, "cpus:100;mem:100000;disk:100000;ports:[31000-32000]");

    /// <summary>What instances of apps with autoscaling expose; null: they cannot be read.</summary>
    public ExposedMetrics Metrics { get; } = new();

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddSoleSilo(_directory);
        // Simulated agents give no sign of life by themselves.
        builder.Services.AddSingleton<IMetricSource>(Metrics);
        builder.Services.AddPlatformGrains(options =>
        {
            options.Agents.UnreachableAfter = TimeSpan.FromHours(1);
            options.Events.Keep = options.Events.Keep with { Count = KeptEvents };
            options.Secrets.KeyFile = Path.Combine(_directory, "secrets.key");
            options.Apps.AutoscalingInterval = TimeSpan.FromMilliseconds(50);
            // Apps of a few instances come in pages already.
            options.Apps.InstancesPerPage = 2;
        });
        builder.Services.AddAccess();
        builder.Services.AddMarathon();
        _app = builder.Build();
        _app.UseOneLeadingSlash();
        _app.UseRouting();
        _app.UseAccess();
        _app.MapMarathon();
        _app.MapAllocator();
        _app.MapSecrets();
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Patience };
        await Cluster.ConnectAsync(Grains);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public async Task<Answer> SendAsync(string method, string path, string? json = null, string contentType = "application/json", string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, contentType);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        using var response = await Http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> GetAsync(string path, string? accept = null) => SendAsync("GET", path, accept: accept);

    /// <summary>Sends a change, checks its status and waits until its deployment has ended.</summary>
    public async Task<Answer> ChangeAsync(string method, string path, string? json, HttpStatusCode expected)
    {
        var answer = await SendAsync(method, path, json);
        answer.Status.ShouldBe(expected, answer.Text);
        await SettleAsync(answer);
        return answer;
    }

    /// <summary>An app with the id, deployed.</summary>
    public Task<Answer> AddAsync(string id, string members = "") =>
        ChangeAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1000","cpus":0.01,"mem":1{{(members.Length > 0 ? "," + members : "")}}}""", HttpStatusCode.Created);

    /// <summary>Waits until the change's deployment has ended.</summary>
    public Task SettleAsync(Answer change) => SettleAsync(change.Json.GetProperty("version").GetString()!);

    public async Task SettleAsync(string version) => await WaitForAsync(item =>
        item.Type == "deployment_success" && JsonElement.Parse(item.Json).GetProperty("plan").GetProperty("version").GetString() == version);

    /// <summary>Asks until the answer is as wanted: for what no event tells.</summary>
    public async Task<Answer> AskUntilAsync(string path, Func<Answer, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await GetAsync(path);
            if (wanted(answer))
                return answer;
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits for an event, those that have happened included.</summary>
    public async Task<StreamedEvent> WaitForAsync(Func<StreamedEvent, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var item in new EventFeed(Grains, TimeProvider.System).ReadAsync(0, patience.Token))
        {
            if (item.Event is { } happened && wanted(happened))
                return happened;
        }
        throw new InvalidOperationException("The feed has ended.");
    }
}
