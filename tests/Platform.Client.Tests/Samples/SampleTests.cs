using System.Diagnostics;
using Platform.Testing;

namespace Platform.Client.Tests.Samples;

/// <summary>The programs of <c>samples/</c>, as they are run.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task A_web_app_is_rolled_after_its_plan_was_shown()
    {
        await using var platform = await TestPlatform.StartAsync();
        var said = await RunAsync("WebApp", platform);
        said[0].ShouldBe("deployment: StartApplication /samples/web");
        said.Count(line => line == "deployment: succeeded").ShouldBe(2);
        said.ShouldContain("plan:   /env/GREETING: hello from 1 -> hello from 2");
        said.ShouldContain("deployment: RestartApplication /samples/web");
        said[^1].ShouldEndWith(": 2 of 2 healthy");
    }

    [Fact]
    public async Task A_graph_of_jobs_runs_to_its_end()
    {
        await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
        var said = await RunAsync("NightlyJobs", platform);
        said.Select(line => line.Split(',')[0]).ShouldBe(
            ["sample-extract: succeeded", "sample-archive: succeeded", "sample-report: succeeded", "all: succeeded", "sample-extract wrote rows=42"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_service_finds_another_and_is_found()
    {
        await using var platform = await TestPlatform.StartAsync(new() { RealAgent = true });
        var said = await RunAsync("Discovery", platform);
        said[0].ShouldStartWith("found backend.samples.marathon at ");
        said[1].ShouldBe("it says: hello from the backend");
        said[2].ShouldBe("frontend is found at 127.0.0.1");
    }

    private static async Task<string[]> RunAsync(string sample, TestPlatform platform)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, sample + ".dll"), platform.Url.AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            process.ExitCode.ShouldBe(0, await error + await output);
            return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
