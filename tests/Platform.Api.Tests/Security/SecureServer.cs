using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Security;
using Platform.Api.Security.Oidc;
using Platform.Clustering;
using Platform.Contracts.Security;
using Platform.Core.Registry;
using Platform.Core.Security;
using Platform.Grains.Startup;
using Platform.Host.Hosting;
using Platform.Api.Tests.Marathon;

namespace Platform.Api.Tests.Security;

/// <summary>The real control plane, as the program makes it, on a port of its own: nobody is let in without a login.</summary>
public sealed class SecureServer : IAsyncLifetime
{
    public const string Administrator = "root";
    public const string Password = "correct horse";

    private readonly string _directory = Directory.CreateTempSubdirectory("secure-").FullName;
    private WebApplication _app = null!;

    public HttpClient Http { get; private set; } = null!;

    internal OidcSettings? Oidc { get; init; }

    internal Action<PlatformGrainsOptions> Tuning { get; init; } = _ => { };

    public IServiceProvider Services => _app.Services;

    /// <summary>All endpoints: the methods and the address of each, with something for every name.</summary>
    public IEnumerable<(string Method, string Path, EndpointRight? Right)> Endpoints()
    {
        foreach (var endpoint in ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var right = endpoint.Metadata.GetMetadata<EndpointRight>();
            if (right?.Router is { } router)
            {
                foreach (var route in router.Routes)
                    yield return (route.Method, Filled(route.Pattern), route.Right);
            }
            else
            {
                foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? methods : ["GET", "POST", "PUT", "DELETE"])
                    yield return (method, Filled("/" + endpoint.RoutePattern.RawText!.TrimStart('/')), right);
            }
        }
    }

    internal ISecurityGrain Store => Services.GetRequiredService<IGrainFactory>().GetGrain<ISecurityGrain>(0);

    /// <summary>The token of the administrator.</summary>
    public string Root { get; private set; } = "";

    public async Task InitializeAsync()
    {
        await StartAsync();
        // The start makes one too, and the one that was made last counts.
        while (await Store.NewCodeAsync(force: false) is { } code)
            await SendAsync("POST", "/acs/api/v1/auth/code", null, $$"""{"code":"{{code}}","uid":"{{Administrator}}","password":"{{Password}}"}""");
        Root = await LogInAsync(Administrator, Password);
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_directory, recursive: true);
    }

    public async Task StopAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async Task StartAsync()
    {
        _app = ControlPlane.Build(
            new()
            {
                Listen = new(IPAddress.Loopback, 0),
                DataDirectory = _directory,
                Tuning = options =>
                {
                    options.Secrets.KeyFile = Path.Combine(_directory, "secrets.key");
                    Tuning(options);
                },
                Dns = new(new MesosDnsNames(), null),
                Marathon = _ => { },
                Logging = logging => logging.SetMinimumLevel(LogLevel.None),
                RequiresLogin = true,
                Oidc = Oidc,
            },
            services => services.AddSoleSilo(_directory));
        await _app.StartAsync();
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(_app.Urls.First()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public async Task<Answer> SendAsync(string method, string path, string? token, string? json = null, string scheme = "Bearer ", Action<HttpRequestMessage>? prepare = null)
    {
        while (true)
        {
            var answer = await SendOnceAsync(method, path, token, json, scheme, prepare);
            if (answer.Status != HttpStatusCode.TooManyRequests || !answer.Headers.TryGetValue("Retry-After", out var seconds))
                return answer;
            // As it asks its clients to.
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(seconds)));
        }
    }

    private async Task<Answer> SendOnceAsync(string method, string path, string? token, string? json, string scheme, Action<HttpRequestMessage>? prepare)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", scheme + token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        prepare?.Invoke(request);
        using var response = await Http.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
    }

    private static string Filled(string pattern) => Regex.Replace(pattern, @"\{[^}]*\}", "some-thing");

    public async Task<string> LogInAsync(string uid, string password)
    {
        var answer = await SendAsync("POST", "/acs/api/v1/auth/login", null, $$"""{"uid":"{{uid}}","password":"{{password}}"}""");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
        return answer.Json.GetProperty("token").GetString()!;
    }

    /// <summary>A user with permissions, who has logged in.</summary>
    public async Task<string> AddUserAsync(string uid, params Permission[] permissions)
    {
        var added = await SendAsync("PUT", $"/acs/api/v1/users/{uid}", Root, $$"""{"password":"{{Password}}"}""");
        added.Status.ShouldBe(HttpStatusCode.Created, added.Text);
        foreach (var permission in permissions)
        {
            var path = $"/acs/api/v1/acls/{permission.Resource.Replace("/", "%252F", StringComparison.Ordinal)}/users/{uid}/{permission.Action.Name()}";
            (await SendAsync("PUT", path, Root)).Status.ShouldBe(HttpStatusCode.NoContent);
        }
        return await LogInAsync(uid, Password);
    }
}
