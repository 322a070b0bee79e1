using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Platform.EndToEnd.Tests.Harness;

namespace Platform.Dashboard.Tests.Browser;

/// <summary>A control plane with agents and apps, and a browser, for all browser tests.</summary>
public sealed class DashboardRun : IAsyncLifetime, IDisposable
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly TestDirectory _directory = new();
    private readonly int _port = FreePorts.Take();
    private IPlaywright? _playwright;
    private RunningProcess? _server;
    private bool _isDisposed;

    /// <summary>Where the dashboard is.</summary>
    public string Url => $"http://127.0.0.1:{_port}";

    /// <summary>The browser.</summary>
    public IBrowser Browser { get; private set; } = null!;

    /// <summary>The API, to arrange things beside the dashboard.</summary>
    public HttpClient Api { get; private set; } = null!;

    /// <summary>Where pictures of pages are written: PLATFORM_TEST_PICTURES, or a folder of the run.</summary>
    public string Pictures => Environment.GetEnvironmentVariable("PLATFORM_TEST_PICTURES") ?? _directory.Of("pictures");

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await StartServerAsync();
        Api = new HttpClient { BaseAddress = new Uri(Url) };
        await AddAppAsync("""{"id": "/shop/web", "cmd": "while true; do printf '\\033[32mserved\\033[0m a page\\n'; sleep 1; done", "cpus": 0.1, "mem": 32, "instances": 2, "labels": {"tier": "web"}}""");
        await AddAppAsync("""{"id": "/shop/db", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32}""");
        await AddAppAsync("""{"id": "/tools/too-big", "cmd": "sleep 100000", "cpus": 4000, "mem": 32}""");
        await AddAppAsync("""{"id": "/tools/broken", "cmd": "echo cannot open the database >&2; exit 3", "cpus": 0.1, "mem": 32}""");
        await AddAppAsync("""{"id": "/tools/idle", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "instances": 0}""");
        await AddAsync("/api/jobs", """{"id": "picture-nightly", "description": "Draws all pictures anew", "schedule": {"expression": "30 2 * * *", "zone": "Europe/Berlin"}, "task": {"cmd": "true"}}""");
        await AddAsync("/api/jobs", """{"id": "picture-mail", "parents": ["picture-nightly"], "task": {"cmd": "true"}}""");
        await AddAsync("/api/jobs/picture-nightly/runs", "{}");
        using (var registered = await Api.PutAsJsonAsync("/api/services/db.picture/instances/db-1", new { address = "10.9.9.9", port = 5432 }))
            registered.EnsureSuccessStatusCode();
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Flags, Headless = true });
    }

    /// <summary>Starts the control plane, on the same port and data when it is started again.</summary>
    public async Task StartServerAsync()
    {
        _server = Start("control plane", _directory.Path, "dev", "--port", $"{_port}", "--data", _directory.Of("data"), "--agents", "2");
        await _server.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), TimeSpan.FromMinutes(3));
    }

    /// <summary>Starts the product.</summary>
    internal RunningProcess Start(string name, string directory, params string[] arguments)
    {
        var start = Executable.Start(directory, arguments);
        start.FileName = typeof(DashboardRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Product").Value!;
        return RunningProcess.Start(name, start);
    }

    /// <summary>kill -9 of the control plane.</summary>
    public Task KillServerAsync() => _server!.KillAsync();

    /// <summary>Adds an app through the API.</summary>
    public Task AddAppAsync(string definition) => AddAsync("/v2/apps", definition);

    /// <summary>Adds something through the API.</summary>
    public async Task AddAsync(string path, string definition)
    {
        using var answer = await Api.PostAsJsonAsync(path, JsonNode.Parse(definition));
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>The app as the API shows it; null: there is none.</summary>
    public async Task<JsonNode?> AppAsync(string id)
    {
        using var answer = await Api.GetAsync(new Uri("/v2/apps" + id, UriKind.Relative));
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["app"] : null;
    }

    /// <summary>A page of the dashboard, in a browser profile of its own, when its content is there.</summary>
    public async Task<IPage> OpenAsync(string path, int width = 1280, bool dark = false)
    {
        var page = await NewPageAsync(Url, width, dark);
        await page.GotoAsync(path);
        await page.Locator("h1").First.WaitForAsync();
        return page;
    }

    /// <summary>An empty page in a browser profile of its own.</summary>
    /// <param name="url">What addresses without a host begin with.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="dark">The viewer prefers dark.</param>
    public async Task<IPage> NewPageAsync(string url, int width = 1280, bool dark = false)
    {
        var context = await Browser.NewContextAsync(new()
        {
            BaseURL = url,
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            TimezoneId = "Europe/Berlin",
        });
        context.SetDefaultTimeout(60_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        return await context.NewPageAsync();
    }

    /// <summary>Writes a picture of the whole page.</summary>
    public Task PictureAsync(IPage page, string name)
    {
        Directory.CreateDirectory(Pictures);
        return page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, name + ".png"), Animations = ScreenshotAnimations.Disabled });
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (Browser is not null)
            await Browser.CloseAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _server = null;
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _playwright?.Dispose();
        Api?.Dispose();
        _directory.Dispose();
    }
}
