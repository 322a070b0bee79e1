using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace Platform.Benchmarks.Dashboard;

/// <summary>The Chromium of this machine.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        // Fifty pages are all looked at, as far as they know.
        "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly string _url;

    private Chromium(IPlaywright playwright, IBrowser browser, string url) => (_playwright, _browser, _url) = (playwright, browser, url);

    /// <param name="program">The browser.</param>
    /// <param name="url">Where the dashboard is.</param>
    public static async Task<Chromium> StartAsync(string program, string url)
    {
        var playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = Flags, Headless = true }), url);
    }

    /// <summary>A profile that has seen nothing yet.</summary>
    public async Task<IBrowserContext> NewProfileAsync()
    {
        var profile = await _browser.NewContextAsync(new() { BaseURL = _url, ViewportSize = new() { Width = 1280, Height = 900 } });
        profile.SetDefaultTimeout(120_000);
        return profile;
    }

    /// <summary>A page in a profile of its own, when this is on it.</summary>
    public async Task<IPage> OpenAsync(string path, string shows)
    {
        var page = await (await NewProfileAsync()).NewPageAsync();
        await page.GotoAsync(path);
        await page.Locator(shows).First.WaitForAsync();
        return page;
    }

    /// <summary>What the page's own heap holds after a collection, bytes, and how many nodes the document has.</summary>
    public static async Task<(double Heap, double Nodes)> MemoryAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("HeapProfiler.enable");
        await session.SendAsync("HeapProfiler.collectGarbage");
        await session.SendAsync("Performance.enable");
        var metrics = (await session.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics").EnumerateArray()
            .ToDictionary(metric => metric.GetProperty("name").GetString()!, metric => metric.GetProperty("value").GetDouble());
        await session.DetachAsync();
        return (metrics["JSHeapUsedSize"], metrics["Nodes"]);
    }

    /// <summary>Scrolls an element as a wheel does, and counts in Chromium's trace the frames that were drawn meanwhile.</summary>
    /// <param name="page">The page.</param>
    /// <param name="selector">What is scrolled.</param>
    /// <param name="pixels">How far down.</param>
    /// <param name="speed">Pixels per second.</param>
    public static async Task<(double FramesPerSecond, double LongestMilliseconds)> ScrollAsync(IPage page, string selector, int pixels, int speed)
    {
        var box = (await page.Locator(selector).First.BoundingBoxAsync())!;
        var session = await page.Context.NewCDPSessionAsync(page);
        var frames = new ConcurrentBag<double>();
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Event("Tracing.dataCollected").OnEvent += (_, data) => Collect(data, frames);
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => complete.TrySetResult();
        await session.SendAsync("Tracing.start", new() { ["transferMode"] = "ReportEvents", ["categories"] = "-*,devtools.timeline.frame,disabled-by-default-devtools.timeline.frame" });
        await session.SendAsync("Input.synthesizeScrollGesture", new()
        {
            ["x"] = box.X + (box.Width / 2), ["y"] = box.Y + Math.Min(box.Height, 900 - box.Y) / 2, ["yDistance"] = -pixels, ["speed"] = speed, ["gestureSourceType"] = "mouse", ["preventFling"] = true,
        });
        await session.SendAsync("Tracing.end");
        await complete.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await session.DetachAsync();
        var drawn = frames.Order().ToList();
        if (drawn.Count < 2)
            throw new InvalidOperationException("The trace has no frames");
        var gaps = drawn.Zip(drawn.Skip(1), (one, next) => (next - one) / 1000);
        return ((drawn.Count - 1) / ((drawn[^1] - drawn[0]) / 1e6), gaps.Max());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }

    private static void Collect(JsonElement? data, ConcurrentBag<double> frames)
    {
        foreach (var item in data!.Value.GetProperty("value").EnumerateArray())
        {
            if (item.TryGetProperty("name", out var name) && name.ValueEquals("DrawFrame"))
                frames.Add(item.GetProperty("ts").GetDouble());
        }
    }
}
