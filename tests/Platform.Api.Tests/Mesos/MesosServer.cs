using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Tests.Marathon;
using Platform.Clustering;
using Platform.Core.Registry;
using Platform.Host.Hosting;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>The real control plane with simulated agents, on a port of its own, as clients of Mesos reach it. Nobody has to log in.</summary>
public sealed class MesosServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mesos-").FullName;
    private WebApplication _app = null!;

    /// <summary>One with two agents.</summary>
    public MesosServer()
        : this(2)
    {
    }

    internal MesosServer(int agents) => Cluster = new(agents, "cpus:100;mem:100000;disk:100000;ports:[31000-32000]");

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public IGrainFactory Grains => Services.GetRequiredService<IGrainFactory>();

    public SimulatedCluster Cluster { get; }

    public async Task InitializeAsync()
    {
        _app = ControlPlane.Build(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                DataDirectory = _directory,
                Tuning = options =>
                {
                    options.Secrets.KeyFile = Path.Combine(_directory, "secrets.key");
                    // Simulated agents give no sign of life by themselves.
                    options.Agents.UnreachableAfter = TimeSpan.FromHours(1);
                },
                Dns = new(new MesosDnsNames(), null),
                Marathon = _ => { },
                Logging = logging => logging.SetMinimumLevel(LogLevel.None),
            },
            services => services.AddSoleSilo(_directory));
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
        await Cluster.ConnectAsync(Grains);
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Sends a request.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, string type = "application/json", string? stream = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, type);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (stream is not null)
            request.Headers.Add("Mesos-Stream-Id", stream);
        using var response = await Http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>A call of an operator.</summary>
    public Task<Answer> CallAsync(string call, string path = "/api/v1") => SendAsync("POST", path, call);

    /// <summary>An app with the id, of which an instance is asked for.</summary>
    public async Task AddAppAsync(string id) =>
        (await SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"sleep 1000","cpus":0.01,"mem":1}""")).Status.ShouldBe(HttpStatusCode.Created);
}
