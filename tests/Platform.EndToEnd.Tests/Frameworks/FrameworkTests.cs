using System.Diagnostics;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Frameworks;

/// <summary>A scheduler that was written for Mesos: it subscribes, gets offers and runs its tasks. It is in Python and knows nothing of the product.</summary>
public sealed class FrameworkTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData("lifecycle")]
    [InlineData("errors")]
    [InlineData("reservations")]
    public async Task A_scheduler_of_Mesos_finds_what_it_expects(string scenario)
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        using var scheduler = Start(cluster, scenario);
        await EndsWellAsync(scheduler);
    }

    [Fact]
    public async Task The_books_of_scheduler_and_cluster_agree_after_kills_of_the_control_plane_and_of_an_agent()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var agent = cluster.StartAgent("one");
        using var scheduler = Start(cluster, "book");
        await cluster.UntilAsync("the scheduler has tasks", async () => await RunningAsync(cluster) > 5);
        for (var round = 0; round < 2; round++)
        {
            await cluster.Server.KillAsync();
            await cluster.StartServerAsync();
            await cluster.UntilAsync("tasks run", async () => await RunningAsync(cluster) > 5);
            await agent.KillAsync();
            agent = cluster.StartAgent("one");
            await cluster.UntilAsync("tasks run", async () => await RunningAsync(cluster) > 5);
        }
        await scheduler.StandardInput.WriteLineAsync("end");
        await EndsWellAsync(scheduler);
    }

    private static async Task<int> RunningAsync(Cluster cluster) =>
        (await cluster.GetAsync("/metrics/snapshot")).GetProperty("master/tasks_running").GetInt32();

    private static Process Start(Cluster cluster, string scenario) => Process.Start(
        new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "Frameworks", "scheduler.py"), cluster.Url, scenario])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;

    private async Task EndsWellAsync(Process scheduler)
    {
        using var limit = new CancellationTokenSource(Limit);
        var (told, error) = (scheduler.StandardOutput.ReadToEndAsync(limit.Token), scheduler.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await scheduler.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            scheduler.Kill(entireProcessTree: true);
            throw new TimeoutException($"the scheduler did not end within {Limit}");
        }
        output.WriteLine(await told);
        output.WriteLine(await error);
        scheduler.ExitCode.ShouldBe(0);
    }
}
