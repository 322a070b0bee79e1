using System.Diagnostics;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Frameworks;

/// <summary>A scheduler that was written for Mesos: it subscribes, gets offers and runs its tasks. It is in Python and knows nothing of the product.</summary>
public sealed class FrameworkTests(ITestOutputHelper output)
{
    /// <summary>How many runs of random kills there are. 50 are the whole proof.</summary>
    private const string SeedsVariable = "PLATFORM_FRAMEWORK_SEEDS";

    private static readonly string[] Victims = ["control plane", "agent", "executor", "scheduler"];

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Theory]
    [InlineData("lifecycle")]
    [InlineData("executors")]
    [InlineData("sessions")]
    [InlineData("errors")]
    [InlineData("reservations")]
    [InlineData("groups")]
    [InlineData("calls")]
    [InlineData("operators")]
    public async Task A_scheduler_of_Mesos_finds_what_it_expects(string scenario)
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        using var scheduler = Start(cluster, scenario);
        await EndsWellAsync(scheduler);
    }

    [Fact]
    public async Task An_agent_is_found_at_its_own_address()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("one", options: [$"--http-port={FreePorts.Take()}"]);
        using var scheduler = Start(cluster, "sessions", "there");
        await EndsWellAsync(scheduler);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("--authenticate-executors")]
    [InlineData("--executor-domain-sockets")]
    public async Task An_executor_and_its_tasks_outlive_a_kill_of_their_agent(string? option)
    {
        string[] options = option is null ? [] : [option];
        await using var cluster = await Cluster.StartAsync(output);
        var agent = cluster.StartAgent("one", options: options);
        var end = cluster.Directory.Of("end");
        using var scheduler = Start(cluster, "survivor", end);
        using var limit = new CancellationTokenSource(Limit);
        while (await scheduler.StandardOutput.ReadLineAsync(limit.Token) is { } line && line != "running")
            output.WriteLine(line);
        await agent.KillAsync();
        // A task ends while nobody listens: its executor tells of it when the agent is back.
        await File.WriteAllTextAsync(end, "", limit.Token);
        agent = cluster.StartAgent("one", options: options);
        await scheduler.StandardInput.WriteLineAsync("back");
        await EndsWellAsync(scheduler);
        await cluster.UntilAsync("the executor has ended", () => Task.FromResult(!TaskProcess.All(cluster.Directory.Path, "python3").Any()));
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

    [Fact]
    public async Task The_books_agree_after_random_kills_of_everybody()
    {
        var seeds = int.TryParse(Environment.GetEnvironmentVariable(SeedsVariable), out var given) ? given : 1;
        for (var seed = 1; seed <= seeds; seed++)
        {
            try
            {
                await KillAtRandomAsync(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private async Task KillAtRandomAsync(Random random)
    {
        await using var cluster = await Cluster.StartAsync(output);
        var (agent, notes) = (cluster.StartAgent("one"), cluster.Directory.Of("notes"));
        var scheduler = Start(cluster, "random", notes);
        try
        {
            for (var round = 0; round < 6; round++)
            {
                await cluster.UntilAsync("tasks run, also those of an executor", async () => await RunningAsync(cluster) > 5 && TaskProcess.All(cluster.Directory.Path, "python3").Any());
                var victim = random.Next(Victims.Length);
                output.WriteLine($"round {round}: {Victims[victim]}");
                switch (victim)
                {
                    case 0:
                        await cluster.Server.KillAsync();
                        await cluster.StartServerAsync();
                        break;
                    case 1:
                        await agent.KillAsync();
                        agent = cluster.StartAgent("one");
                        break;
                    case 2:
                        foreach (var executor in TaskProcess.All(cluster.Directory.Path, "python3"))
                            Signals.Send(executor.Id, Signals.Kill);
                        break;
                    default:
                        scheduler.Kill();
                        await scheduler.WaitForExitAsync();
                        output.WriteLine(await scheduler.StandardOutput.ReadToEndAsync());
                        scheduler.Dispose();
                        scheduler = Start(cluster, "random", notes);
                        break;
                }
            }
            await cluster.UntilAsync("tasks run", async () => await RunningAsync(cluster) > 5);
            await scheduler.StandardInput.WriteLineAsync("end");
            await EndsWellAsync(scheduler);
        }
        finally
        {
            if (!scheduler.HasExited)
                scheduler.Kill();
            scheduler.Dispose();
        }
    }

    private static async Task<int> RunningAsync(Cluster cluster) =>
        (await cluster.GetAsync("/metrics/snapshot")).GetProperty("master/tasks_running").GetInt32();

    private static Process Start(Cluster cluster, string scenario, params string[] more) => Process.Start(
        new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "Frameworks", "scheduler.py"), cluster.Url, scenario, .. more])
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
