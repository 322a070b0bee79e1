using System.Diagnostics;
using Microsoft.Playwright;

namespace Platform.Benchmarks.Dashboard;

/// <summary>What a dashboard must carry: the first look, long lists, a day of events, much output, many browsers.</summary>
internal sealed class DashboardLoad : IBenchmark
{
    private const string Filled = """
        async ([box, row, top]) => {
          const body = document.querySelector(box);
          const start = performance.now();
          body.scrollTop = top;
          const { left, top: from, bottom, width } = body.getBoundingClientRect();
          const isThere = y => document.elementFromPoint(left + width / 3, y)?.closest(row);
          while (!isThere(from + 4) || !isThere(Math.min(bottom, innerHeight) - 6)) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }
        """;

    private const string Shown = """
        ([box, text]) => new Promise(done => {
          const look = () => document.querySelector(box)?.textContent.includes(text) ? done() : requestAnimationFrame(look);
          look();
        })
        """;

    private const string Typed = """
        async ([label, text, box, result]) => {
          const field = document.querySelector(`input[aria-label="${label}"]`);
          const start = performance.now();
          field.value = text;
          field.dispatchEvent(new InputEvent('input', { bubbles: true }));
          while (!document.querySelector(box)?.textContent.includes(result)) await new Promise(requestAnimationFrame);
          return performance.now() - start;
        }
        """;

    public string Description =>
        "first paint, long lists, a day of events, output, scrolling and open browsers of the dashboard: --apps 10000 --jobs 10000 --histories 20 --runs 10000 --events 86400 --lines 100000 --browsers 50 --seconds 30 --agents 100 --only paint,lists,apps,events,logs,browsers --chromium /usr/bin/chromium --directory /tmp";

    public async Task<IReadOnlyDictionary<string, object>> RunAsync(BenchmarkOptions options)
    {
        var (apps, jobs, histories, runs) = (options.Number("apps", 10_000), options.Number("jobs", 10_000), options.Number("histories", 20), options.Number("runs", 10_000));
        var (events, lines, browsers, seconds) = (options.Number("events", 86_400), options.Number("lines", 100_000), options.Number("browsers", 50), options.Number("seconds", 30));
        var (agents, parent, program) = (options.Number("agents", 100), options.Text("directory", Path.GetTempPath()), options.Text("chromium", "/usr/bin/chromium"));
        var only = options.Text("only", "paint,lists,apps,events,logs,browsers").Split(',');
        options.RejectUnknown();

        var directory = Directory.CreateDirectory(Path.Combine(parent, $"dashboard-benchmark-{Environment.ProcessId}"));
        var results = new Dictionary<string, object> { ["apps"] = apps, ["jobs"] = jobs, ["finishedRuns"] = histories * runs };
        try
        {
            await using var cluster = await DashboardCluster.StartAsync(directory.FullName, agents);
            var watch = Stopwatch.StartNew();
            await cluster.AddAppsAsync(apps);
            Console.Error.WriteLine($"{apps} apps run after {watch.Elapsed.TotalSeconds:0.0} s");
            if (only.Contains("lists"))
            {
                await cluster.AddPendingJobsAsync(jobs);
                Console.Error.WriteLine($"{jobs} jobs are defined after {watch.Elapsed.TotalSeconds:0.0} s");
                await cluster.AddRunsAsync(histories, runs);
                Console.Error.WriteLine($"{histories * runs} runs have ended after {watch.Elapsed.TotalSeconds:0.0} s");
            }
            await using var chromium = await Chromium.StartAsync(program, cluster.Url);
            foreach (var (name, measure) in ((string, Func<Task>)[])
            [
                ("paint", () => PaintAsync(chromium, results)),
                ("lists", () => ListsAsync(chromium, jobs, histories, runs, results)),
                ("apps", () => AppsAsync(chromium, apps, results)),
                ("events", () => EventsAsync(chromium, cluster, events, apps, results)),
                ("logs", () => LogsAsync(chromium, cluster, lines, results)),
                ("browsers", () => BrowsersAsync(chromium, cluster, browsers, seconds, apps, results)),
            ])
            {
                if (!only.Contains(name))
                    continue;
                await measure();
                Console.Error.WriteLine($"{name} is measured after {watch.Elapsed.TotalSeconds:0.0} s");
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
        return results;
    }

    // A profile that has nothing in its cache, each time; the first one also finds a process that has drawn nothing yet.
    private static async Task PaintAsync(Chromium chromium, Dictionary<string, object> results)
    {
        var (paints, contents) = (new List<double>(), new List<double>());
        for (var i = 0; i < 10; i++)
        {
            var profile = await chromium.NewProfileAsync();
            var page = await profile.NewPageAsync();
            await page.GotoAsync("/", new() { WaitUntil = WaitUntilState.Commit });
            var content = page.EvaluateAsync<double>("async () => { while (!document.querySelector('.cards .big')) await new Promise(requestAnimationFrame); return performance.now(); }");
            contents.Add(await content);
            paints.Add(await page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
            await profile.CloseAsync();
        }
        results["firstPaintColdMilliseconds"] = Math.Round(paints[0]);
        results["contentColdMilliseconds"] = Math.Round(contents[0]);
        Tell(results, "firstPaint", paints.Skip(1), 1_000);
        Tell(results, "content", contents.Skip(1), 1_000);
    }

    private static async Task ListsAsync(Chromium chromium, int jobs, int histories, int runs, Dictionary<string, object> results)
    {
        const int Row = 40, OnPage = 15;
        var page = await chromium.OpenAsync("/ui/jobs", ".grid-body .grid-row");
        var pages = new List<double>();
        for (var i = 1; i <= 60; i++)
            pages.Add(await page.EvaluateAsync<double>(Filled, new object[] { ".grid-body", ".grid-row", (long)(i < 40 ? i * OnPage : (long)jobs * (i - 39) / 22) * Row }));
        Tell(results, "pageOfJobs", pages, 300);
        results["searchInJobsMilliseconds"] = Math.Round(await page.EvaluateAsync<double>(Typed, new[] { "Search jobs", $"pending-{jobs - 1:00000}", "[role=status]", "1 of" }));
        await page.Context.CloseAsync();

        pages = [];
        var opened = new List<double>();
        page = await chromium.OpenAsync("/ui/jobs", ".grid-body .grid-row");
        for (var i = 0; i < histories; i++)
        {
            var watch = Stopwatch.StartNew();
            await page.EvaluateAsync("path => Blazor.navigateTo(path)", $"/ui/jobs/{DashboardCluster.HistoryOf(i)}");
            await page.Locator($"h1:has-text('{DashboardCluster.HistoryOf(i)}')").WaitForAsync();
            await page.Locator(".grid-body .grid-row").First.WaitForAsync();
            opened.Add(watch.Elapsed.TotalMilliseconds);
            for (var n = 1; n <= 20; n++)
                pages.Add(await page.EvaluateAsync<double>(Filled, new object[] { ".grid-body", ".grid-row", (n < 10 ? n * 10L : (long)runs * (n - 9) / 12) * Row }));
        }
        Tell(results, "openedHistory", opened, 300);
        Tell(results, "pageOfRuns", pages, 300);
        await page.Context.CloseAsync();
    }

    private static async Task AppsAsync(Chromium chromium, int apps, Dictionary<string, object> results)
    {
        var page = await chromium.OpenAsync("/ui/apps", ".grid-body .grid-row");
        await Chromium.ScrollAsync(page, ".grid-body", 4_000, 2_000);
        var (frames, longest) = await Chromium.ScrollAsync(page, ".grid-body", 20_000, 2_000);
        results["appsFramesPerSecond"] = Math.Round(frames, 1);
        results["appsFramesPerSecondAim"] = 30;
        results["appsLongestFrameMilliseconds"] = Math.Round(longest);
        var pages = new List<double>();
        for (var i = 1; i <= 40; i++)
            pages.Add(await page.EvaluateAsync<double>(Filled, new object[] { ".grid-body", ".grid-row", (i < 20 ? i * 15L : (long)apps * (i - 19) / 22) * 40 }));
        Tell(results, "pageOfApps", pages, 300);
        results["searchInAppsMilliseconds"] = Math.Round(await page.EvaluateAsync<double>(Typed, new[] { "Search apps", $"app-{apps - 1:00000}", "[role=status]", "1 of" }));
        await page.Context.CloseAsync();
    }

    private static async Task EventsAsync(Chromium chromium, DashboardCluster cluster, int events, int apps, Dictionary<string, object> results)
    {
        const int InOne = 100;
        var page = await chromium.OpenAsync("/ui/events", ".events .event");
        // The window of the newest events is full before anything is compared.
        await TellAsync(0, 5_000);
        var (before, heap, latency) = (ServerHeap(), await Chromium.MemoryAsync(page), await LatencyAsync("before"));
        var (watch, used) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        await TellAsync(5_000, events);
        results["events"] = events;
        results["eventsPerSecond"] = Math.Round(events / watch.Elapsed.TotalSeconds);
        results["eventsProcessorMicrosecondsEach"] = Math.Round((Process.GetCurrentProcess().TotalProcessorTime - used).TotalMicroseconds / events);
        watch.Restart();
        await ShowAsync("the flood is over");
        results["eventsLagAfterMilliseconds"] = Math.Round(watch.Elapsed.TotalMilliseconds);
        var (after, heapAfter, latencyAfter) = (ServerHeap(), await Chromium.MemoryAsync(page), await LatencyAsync("after"));
        results["eventLatencyBeforeMilliseconds"] = Math.Round(latency);
        results["eventLatencyAfterMilliseconds"] = Math.Round(latencyAfter);
        results["serverHeapBeforeMegabytes"] = Math.Round(before / 1e6, 1);
        results["serverHeapAfterMegabytes"] = Math.Round(after / 1e6, 1);
        results["pageHeapBeforeMegabytes"] = Math.Round(heap.Heap / 1e6, 1);
        results["pageHeapAfterMegabytes"] = Math.Round(heapAfter.Heap / 1e6, 1);
        results["pageNodesBefore"] = heap.Nodes;
        results["pageNodesAfter"] = heapAfter.Nodes;
        await page.Context.CloseAsync();

        async Task TellAsync(int from, int count)
        {
            for (var at = from; at < from + count; at += InOne)
            {
                await cluster.TellAsync(at, Math.Min(InOne, from + count - at), apps);
                // As fast as the log stores them and no faster: what it was told one way would wait in its mailbox.
                await cluster.Grains.GetGrain<Contracts.Events.IEventLogGrain>(0).GetRangeAsync();
                await Task.Delay(50);
            }
        }

        async Task ShowAsync(string text)
        {
            var shown = page.EvaluateAsync(Shown, new[] { ".events", text });
            await cluster.TellAsync(text);
            await shown;
        }

        async Task<double> LatencyAsync(string name)
        {
            var taken = new List<double>();
            for (var i = 0; i < 20; i++)
            {
                var each = Stopwatch.StartNew();
                await ShowAsync($"{name} {i}.");
                taken.Add(each.Elapsed.TotalMilliseconds);
            }
            return taken.Average();
        }
    }

    private static async Task LogsAsync(Chromium chromium, DashboardCluster cluster, int lines, Dictionary<string, object> results)
    {
        cluster.Lines = lines;
        var watch = Stopwatch.StartNew();
        var page = await chromium.OpenAsync("/ui/app" + DashboardCluster.AppOf(0) + "?tab=logs", $".log-line:has-text('{lines - 1:000000000}')");
        results["logOpenedMilliseconds"] = Math.Round(watch.Elapsed.TotalMilliseconds);
        var first = await LagAsync();
        // As many lines again, 10,000 each second.
        var sampler = page.EvaluateAsync<double[]>("""
            async () => {
              let last = performance.now(), longest = 0, frames = 0;
              const start = last;
              while (!window.isOver) {
                const now = await new Promise(requestAnimationFrame);
                longest = Math.max(longest, now - last);
                last = now;
                frames++;
              }
              return [frames / (last - start) * 1000, longest];
            }
            """);
        for (var i = 0; i < 100; i++)
        {
            cluster.Lines += lines / 100;
            await Task.Delay(lines / 1_000);
        }
        await page.EvaluateAsync("window.isOver = true");
        var frames = await sampler;
        results["logFramesPerSecond"] = Math.Round(frames[0], 1);
        results["logLongestFrameMilliseconds"] = Math.Round(frames[1]);
        await page.Locator($".log-line:has-text('{cluster.Lines - 1:000000000}')").WaitForAsync();
        results["logLagBeforeMilliseconds"] = Math.Round(first);
        results["logLagAfterMilliseconds"] = Math.Round(await LagAsync());
        await page.GetByLabel("follow").UncheckAsync();
        await page.Locator(".log").EvaluateAsync("box => box.scrollTop = 0");
        var (perSecond, longest) = await Chromium.ScrollAsync(page, ".log", 20_000, 4_000);
        results["logScrollFramesPerSecond"] = Math.Round(perSecond, 1);
        results["logScrollLongestFrameMilliseconds"] = Math.Round(longest);
        results["searchInLogMilliseconds"] = Math.Round(await page.EvaluateAsync<double>(Typed, new[] { "Search in the log", $"{cluster.Lines - 7:000000000}", "[role=status]", "1 of" }));
        await page.Context.CloseAsync();

        // From a line that is written until it is seen.
        async Task<double> LagAsync()
        {
            var taken = new List<double>();
            for (var i = 0; i < 5; i++)
            {
                var each = Stopwatch.StartNew();
                cluster.Lines++;
                await page.Locator($".log-line:has-text('{cluster.Lines - 1:000000000}')").WaitForAsync();
                taken.Add(each.Elapsed.TotalMilliseconds);
            }
            return taken.Average();
        }
    }

    // An event each second, as on a calm day; what the same costs while nobody looks is taken off.
    private static async Task BrowsersAsync(Chromium chromium, DashboardCluster cluster, int browsers, int seconds, int apps, Dictionary<string, object> results)
    {
        // The reader of the cluster rests half a minute after the last browser.
        await Task.Delay(TimeSpan.FromSeconds(35));
        var alone = await CostAsync();
        var heap = ServerHeap();
        var page = await chromium.OpenAsync("/", ".cards .big");
        await Task.Delay(TimeSpan.FromSeconds(5));
        var one = await CostAsync();
        results["coresWithoutBrowser"] = Math.Round(alone, 4);
        results["coresForOneBrowser"] = Math.Round(one - alone, 4);
        results["coresForOneBrowserAim"] = 0.02;
        var open = new List<IPage> { page };
        var opening = Stopwatch.StartNew();
        while (open.Count < browsers)
            open.Add(await chromium.OpenAsync("/", ".cards .big"));
        results["browsersOpenedSeconds"] = Math.Round(opening.Elapsed.TotalSeconds, 1);
        await Task.Delay(TimeSpan.FromSeconds(5));
        results["browsers"] = browsers;
        results["coresForAllBrowsers"] = Math.Round(await CostAsync() - alone, 4);
        results["coresForAllBrowsersAim"] = 0.5;
        results["kilobytesEachBrowser"] = Math.Round((ServerHeap() - heap) / 1e3 / browsers);
        foreach (var opened in open)
            await opened.Context.CloseAsync();

        async Task<double> CostAsync()
        {
            var (watch, used) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            for (var i = 0; i < seconds; i++)
            {
                await cluster.TellAsync(i, 1, apps);
                await Task.Delay(1_000);
            }
            return (Process.GetCurrentProcess().TotalProcessorTime - used) / watch.Elapsed;
        }
    }

    private static long ServerHeap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static void Tell(Dictionary<string, object> results, string name, IEnumerable<double> milliseconds, double aim)
    {
        var taken = milliseconds.Order().ToList();
        results[name + "P50Milliseconds"] = Math.Round(taken[taken.Count / 2]);
        results[name + "MaxMilliseconds"] = Math.Round(taken[^1]);
        results[name + "AimMilliseconds"] = aim;
    }
}
