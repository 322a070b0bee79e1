using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary>The commands about jobs, as a script would use them.</summary>
public sealed class JobCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_job_goes_through_its_whole_life_by_commands()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        static string Definition(string cmd) => $$$"""{"id":"nightly","schedule":{"expression":"30 2 * * *","zone":"Europe/Berlin"},"task":{"cmd":"{{{cmd}}}","cpus":0.1,"mem":16}}""";
        const string Line = "echo out $GREETING; echo err >&2; exit ${CODE:-0};";

        (await SucceedAsync(cluster, Definition(Line), "job", "add", "-")).ShouldContain("job nightly is added");
        (await RunAsync(cluster, Definition(Line), "job", "add", "-")).ExitCode.ShouldBe(5, "it exists");
        await SucceedAsync(cluster, """{"id":"report","parents":["nightly"],"task":{"cmd":"true","cpus":0.1,"mem":16}}""", "job", "add", "-");

        (await SucceedAsync(cluster, null, "job", "list")).ShouldContain("30 2 * * * Europe/Berlin");
        (await SucceedAsync(cluster, null, "job", "graph")).ShouldBe("nightly -> report\n");
        var next = (await JsonAsync(cluster, "job", "show", "nightly"))["nextDue"]!.GetValue<DateTimeOffset>();
        (await SucceedAsync(cluster, null, "job", "next")).ShouldContain("nightly");
        var due = (await SucceedAsync(cluster, null, "job", "next", "nightly", "--count", "3")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        due.Length.ShouldBe(3);
        DateTimeOffset.Parse(due[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(next);
        due.ShouldAllBe(line => line.Contains("T02:30:00+", StringComparison.Ordinal) || line.Contains("T03:00:00+02:00", StringComparison.Ordinal));

        (await SucceedAsync(cluster, null, "job", "run", "nightly", "--wait", "--env", "GREETING=hello", "--", "there")).ShouldContain("succeeded");
        var failed = await RunAsync(cluster, null, "job", "run", "nightly", "--wait", "-e", "CODE=7");
        failed.ExitCode.ShouldBe(1);
        failed.Output.ShouldContain("failed");
        (await RunAsync(cluster, null, "job", "run", "nightly", "--env", "NOTHING")).ExitCode.ShouldBe(2);
        var runs = (await JsonAsync(cluster, "job", "history", "nightly")).AsArray();
        runs.Select(run => run!["phase"]!.GetValue<string>()).ShouldBe(["failed", "succeeded"]);
        var first = runs[1]!["id"]!.GetValue<string>();
        await cluster.UntilAsync("the output is there", async () => await SucceedAsync(cluster, null, "job", "logs", "nightly", first) == "out hello\n");
        await cluster.UntilAsync("the errors are there", async () => await SucceedAsync(cluster, null, "job", "logs", "nightly", "--stderr") == "err\n");
        (await RunAsync(cluster, null, "job", "logs", "nightly", "none")).ExitCode.ShouldBe(3);
        (await SucceedAsync(cluster, null, "job", "rerun", "nightly")).ShouldContain(runs[0]!["id"]!.GetValue<string>());
        (await SucceedAsync(cluster, null, "job", "graph", "nightly", "--run", first)).ShouldContain("report");

        await SucceedAsync(cluster, null, "job", "pause", "nightly", "--note", "holidays");
        (await SucceedAsync(cluster, null, "job", "show", "nightly")).ShouldContain("paused: holidays");
        await SucceedAsync(cluster, null, "job", "resume", "nightly");
        (await SucceedAsync(cluster, null, "job", "show", "nightly")).ShouldContain("next ");
        await SucceedAsync(cluster, Definition("exec sleep 100000"), "job", "update", "-");
        (await RunAsync(cluster, """{"id":"nobody","task":{"cmd":"true"}}""", "job", "update", "-")).ExitCode.ShouldBe(3);
        (await SucceedAsync(cluster, null, "job", "backfill", "nightly", "--from", "2026-03-01", "--until", "2026-03-03")).ShouldContain("active");
        await cluster.UntilAsync("it runs", async () => (await JsonAsync(cluster, "job", "show", "nightly"))["runs"]!.AsArray().Any(run => run!["phase"]!.GetValue<string>() == "active"));
        (await RunAsync(cluster, null, "job", "remove", "nightly", "--stop-runs")).ExitCode.ShouldBe(5, "a job follows");
        (await RunAsync(cluster, null, "job", "remove", "nightly", "--free-children")).ExitCode.ShouldBe(5, "a run goes on");
        (await SucceedAsync(cluster, null, "job", "backfill", "nightly", "--stop", "1")).ShouldContain("1");
        await SucceedAsync(cluster, null, "job", "stop", "nightly");
        await cluster.UntilAsync("nothing goes on", async () => (await JsonAsync(cluster, "job", "show", "nightly"))["runs"]!.AsArray().Count == 0);
        await SucceedAsync(cluster, null, "job", "remove", "nightly", "--free-children", "--stop-runs");
        (await RunAsync(cluster, null, "job", "show", "nightly")).ExitCode.ShouldBe(3);
        (await JsonAsync(cluster, "job", "show", "report"))["spec"]!["disabled"]!.GetValue<bool>().ShouldBeTrue("nothing is left that it follows");
    }

    [Fact]
    public async Task Every_problem_of_a_job_is_a_line_with_its_path_and_what_waits_says_why()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var result = await RunAsync(cluster, """{"id":"a job","schedule":{"expression":"0 0 30 2 *","zone":"Nowhere/City"},"parents":["nobody"],"unknown":1,"task":{"cmd":"true","args":["x"]}}""", "job", "add", "-");
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        foreach (var path in new[] { "id", "schedule.expression", "schedule.zone", "parents", "unknown", "task.command" })
            result.Error.ShouldContain($"\n  {path}: ");

        await SucceedAsync(cluster, """{"id":"big","task":{"cmd":"true","mem":100000000}}""", "job", "add", "-");
        await SucceedAsync(cluster, null, "job", "run", "big");
        await cluster.UntilAsync("it says why it waits", async () => (await SucceedAsync(cluster, null, "job", "show", "big")).Contains("mem: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_examples_are_jobs_that_run()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        foreach (var example in new[] { "job-nightly", "job-follower", "job-array" })
            await SucceedAsync(cluster, null, "job", "add", Path.Combine(RepositoryRoot(), "examples", example + ".json"));

        (await SucceedAsync(cluster, null, "job", "run", "nightly-report", "--wait")).ShouldContain("succeeded");
        await cluster.UntilAsync("the report is sent", async () => (await cluster.Client.Jobs.Get("send-report").GetAsync()).Successes == 1);
        (await SucceedAsync(cluster, null, "job", "run", "thumbnails", "--wait")).ShouldContain("succeeded");
        await cluster.UntilAsync("the output is there", async () => await SucceedAsync(cluster, null, "job", "logs", "thumbnails", "--index", "42") == "piece 42 of 100\n");
    }

    private static string RepositoryRoot([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    private static Task<CommandResult> RunAsync(Cluster cluster, string? input, params string[] arguments) =>
        Executable.RunAsync(cluster.Directory.Path, [arguments[0], arguments[1], "--url", cluster.Url, .. arguments[2..]], input);

    private static async Task<string> SucceedAsync(Cluster cluster, string? input, params string[] arguments)
    {
        var result = await RunAsync(cluster, input, arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Error}{result.Output}");
        return result.Output;
    }

    private static async Task<JsonNode> JsonAsync(Cluster cluster, params string[] arguments) => JsonNode.Parse(await SucceedAsync(cluster, null, [arguments[0], arguments[1], "--json", .. arguments[2..]]))!;
}
