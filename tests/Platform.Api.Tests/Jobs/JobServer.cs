using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Chronos;
using Platform.Api.Jobs;
using Platform.Api.Marathon;
using Platform.Api.Metronome;
using Platform.Api.Security;
using Platform.Clustering;
using Platform.Grains.Startup;
using Platform.Simulation;

namespace Platform.Api.Tests.Jobs;

/// <summary>The APIs of jobs over real grains, on a port of its own. Its agents take tasks, which run until they are killed.</summary>
public sealed class JobServer : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _directory = Directory.CreateTempSubdirectory("jobs-").FullName;
    private readonly SimulatedCluster _agents = new(2, "cpus:100;mem:100000;disk:100000;ports:[31000-32000]");
    private WebApplication _app = null!;

    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddSoleSilo(_directory);
        builder.Services.AddPlatformGrains(options =>
        {
            options.Agents.UnreachableAfter = TimeSpan.FromHours(1);
            options.Secrets.KeyFile = Path.Combine(_directory, "secrets.key");
        });
        builder.Services.AddAccess();
        builder.Services.AddMarathon();
        _app = builder.Build();
        _app.UseRouting();
        _app.UseAccess();
        _app.MapJobs();
        _app.MapMetronome();
        _app.MapChronos();
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Patience };
        await _agents.ConnectAsync(_app.Services.GetRequiredService<IGrainFactory>());
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public async Task<(HttpStatusCode Status, JsonNode? Json, string Text)> SendAsync(string method, string path, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : null, text);
    }

    /// <summary>Sends what has to succeed.</summary>
    public async Task<JsonNode> DoAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        var (got, json, text) = await SendAsync(method, path, body);
        got.ShouldBe(status, $"{method} {path}: {text}");
        return json ?? JsonValue.Create(text);
    }

    /// <summary>Asks until the answer is as wanted: for what no event tells.</summary>
    public async Task<JsonNode> AskUntilAsync(string path, Func<JsonNode, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var node = await DoAsync("GET", path);
            if (wanted(node))
                return node;
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The problems of an answer as "path: error".</summary>
    public static IReadOnlyList<string> Problems(JsonNode? answer) =>
        [.. answer!["details"]!.AsArray().SelectMany(place => place!["errors"]!.AsArray().Select(error => $"{place["path"]}: {error}"))];
}
