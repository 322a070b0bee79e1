using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary>What the commands tell of apps and pods that do not run: why they wait, and what those wrote that ended.</summary>
public sealed class WaitingAndEndedTests(ITestOutputHelper output)
{
    private const string Crashing =
        """{"id":"/crashing","cmd":"echo starting; echo \"missing config\" >&2; exit 3","cpus":0.1,"mem":16,"backoffSeconds":3600,"maxLaunchDelaySeconds":3600}""";

    // A deployment of an app without checks has succeeded once its instance has run, however short.
    private static readonly string NeverHealthy = Crashing.Replace(
        "\"cpus\"", "\"healthChecks\":[{\"protocol\":\"COMMAND\",\"command\":{\"value\":\"false\"}}],\"cpus\"", StringComparison.Ordinal);

    [Fact]
    public async Task What_an_ended_instance_wrote_is_there_for_who_looks_for_the_fault()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await SucceedAsync(cluster, Crashing, "app", "add", "-");
        await cluster.UntilAsync("it has ended", async () => (await cluster.Client.Apps.Get("/crashing").ListFailuresAsync()).Count > 0);

        var logs = await RunAsync(cluster, null, "app", "logs", "/crashing");
        (logs.ExitCode, logs.Output).ShouldBe((0, "starting\n"), logs.Error);
        logs.Error.ShouldContain("no instance of /crashing runs");
        (await SucceedAsync(cluster, null, "app", "logs", "/crashing", "--previous", "--stderr")).ShouldBe("missing config\n");
        var task = (await cluster.Client.Apps.Get("/crashing").ListFailuresAsync())[0].TaskId;
        (await SucceedAsync(cluster, null, "app", "logs", "/crashing", "--task", task)).ShouldBe("starting\n");
        (await SucceedAsync(cluster, null, "app", "show", "/crashing")).ShouldContain("missing config");
        var why = await SucceedAsync(cluster, null, "app", "why", "/crashing");
        why.ShouldContain("missing config");
        why.ShouldContain("The next launch is delayed");
        (await SucceedAsync(cluster, null, "app", "list")).ShouldContain("/crashing: the next launch is delayed, because instances failed");
        (await RunAsync(cluster, null, "app", "logs", "/crashing", "--task", "crashing.none")).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task What_an_instance_wrote_that_was_ended_on_purpose_can_be_read_by_its_id()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync("""{"id":"/app","cmd":"echo hello; exec sleep 100000","cpus":0.1,"mem":16}""");
        var task = (await cluster.RunningAsync("/app", 1))[0].Id;
        await cluster.UntilAsync("it has written", async () => await SucceedAsync(cluster, null, "app", "logs", "/app") == "hello\n");
        await SucceedAsync(cluster, null, "app", "stop", "/app", "--wait");
        (await SucceedAsync(cluster, null, "app", "logs", "/app", "--task", task)).ShouldBe("hello\n");
        (await RunAsync(cluster, null, "app", "logs", "/app")).ExitCode.ShouldBe(3, "none ended by itself");
    }

    [Fact]
    public async Task What_a_container_of_an_ended_pod_wrote_can_be_read_too()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        const string Definition = """
            {"id":"/pod","containers":[
              {"name":"good","exec":{"command":{"shell":"echo I am well; exec sleep 100000"}},"resources":{"cpus":0.1,"mem":16}},
              {"name":"bad","exec":{"command":{"shell":"sleep 1; echo oops >&2; exit 4"}},"resources":{"cpus":0.1,"mem":16}}],
             "scheduling":{"backoff":{"backoff":3600,"maxLaunchDelay":3600}}}
            """;
        await SucceedAsync(cluster, Definition, "pod", "add", "-");
        await cluster.UntilAsync("it has ended", async () => (await cluster.Client.Pods.Get("/pod").GetAsync()) is { TerminationHistory.Count: > 0, Instances.Count: 0 });
        (await SucceedAsync(cluster, null, "pod", "logs", "/pod", "--stderr")).ShouldBe("oops\n");
        (await SucceedAsync(cluster, null, "pod", "logs", "/pod", "bad", "--previous", "--stderr")).ShouldBe("oops\n");
        (await SucceedAsync(cluster, null, "pod", "logs", "/pod", "good", "--previous")).ShouldBe("I am well\n");
        (await RunAsync(cluster, null, "pod", "logs", "/pod", "none", "--previous")).ExitCode.ShouldBe(3);
        (await SucceedAsync(cluster, null, "pod", "show", "/pod")).ShouldContain("oops");
        (await SucceedAsync(cluster, null, "pod", "why", "/pod")).ShouldContain("oops");
        (await cluster.Client.Pods.Get("/pod").GetAsync()).TerminationHistory.Count.ShouldBe(1, "the next one waits for an hour");
    }

    [Fact]
    public async Task Show_and_list_say_why_an_app_waits_and_a_wait_goes_on_telling()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.UntilAsync("the agent is there", async () => (await cluster.Client.Agents.ListAsync()).Any(agent => agent.Condition == "Active"));
        var waiter = cluster.Track(RunningProcess.Start(
            "waiter", cluster.Directory.Path, "app", "add", cluster.Directory.Write("huge.json", """{"id":"/huge","cmd":"sleep 1","cpus":100000}"""), "--wait", "--url", cluster.Url));
        await waiter.LineAsync(line => line.Contains("/huge: 0 of 1 running; 1 wait: cpus: ", StringComparison.Ordinal), Cluster.Patience);
        var shown = await SucceedAsync(cluster, null, "app", "show", "/huge");
        shown.ShouldContain("waiting    1 wait: cpus: ");
        shown.ShouldContain("no agent could take one even if it were empty");
        (await SucceedAsync(cluster, null, "app", "list")).ShouldContain("/huge: 1 wait: cpus: ");

        var crashing = cluster.Track(RunningProcess.Start(
            "waits for a crash loop", cluster.Directory.Path, "app", "add", cluster.Directory.Write("crashing.json", NeverHealthy), "--wait", "--url", cluster.Url));
        await crashing.LineAsync(
            line => line.Contains("/crashing: 0 of 1 running", StringComparison.Ordinal)
                && line.Contains("; the next launch is delayed, because instances failed", StringComparison.Ordinal),
            Cluster.Patience);
    }

    [Fact]
    public async Task An_app_that_runs_once_and_is_done_is_called_done()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await SucceedAsync(cluster, """{"id":"/once","cmd":"true","cpus":0.1,"mem":16,"platform":{"runOnce":true}}""", "app", "add", "-", "--wait");
        await cluster.UntilAsync("it is done", async () => (await SucceedAsync(cluster, null, "app", "show", "/once")).StartsWith("/once  done", StringComparison.Ordinal));
        (await SucceedAsync(cluster, null, "app", "list")).ShouldContain(" done ");
        (await SucceedAsync(cluster, null, "app", "why", "/once")).ShouldContain("done");
    }

    [Fact]
    public async Task Control_characters_of_a_definition_do_not_reach_the_terminal_but_in_json()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await SucceedAsync(cluster, """{"id":"/title","cmd":"exec sleep 100000 # \u001b]0;owned\u0007\u001b[2J\u202e","cpus":0.1,"mem":16}""", "app", "add", "-", "--wait");
        foreach (var command in new[] { new[] { "app", "list" }, ["app", "show", "/title"], ["status"], ["deployment", "list"], ["agent", "list"] })
        {
            var shown = await SucceedAsync(cluster, null, command);
            shown.Where(letter => (char.IsControl(letter) && letter is not '\n') || letter == '\u202e').ShouldBeEmpty(string.Join(' ', command));
        }
        (await SucceedAsync(cluster, null, "app", "show", "/title")).ShouldContain(@"\u001b]0;owned\u0007\u001b[2J\u202e");
        (await SucceedAsync(cluster, null, "app", "show", "/title", "--json")).ShouldContain("owned");
    }

    [Fact]
    public async Task What_is_wrong_with_a_change_is_said_by_its_name()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var added = await RunAsync(cluster, """{"id":"/app","cmd":"exec sleep 100000","cpu":1,"cpus":0.1,"mem":16,"upgradeStrategy":{"minimumHealthCapacty":1}}""", "app", "add", "-", "--wait");
        added.ExitCode.ShouldBe(0, added.Error);
        added.Error.ShouldContain("/app: /cpu is not known and was passed over");
        added.Error.ShouldContain("/app: /upgradeStrategy/minimumHealthCapacty is not known and was passed over; 'minimumHealthCapacity' may be meant");
        (await RunAsync(cluster, """{"instnces":1}""", "app", "update", "/app", "-", "--wait")).Error.ShouldContain("'instances' may be meant");

        var version = await RunAsync(cluster, null, "app", "rollback", "/app", "2020-01-01T00:00:00.000Z");
        version.ExitCode.ShouldBe(3);
        version.Error.ShouldContain("/app has no version 2020-01-01T00:00:00.000Z; './platform app versions /app'");
        (await RunAsync(cluster, null, "app", "rollback", "/none", "2020-01-01T00:00:00.000Z")).Error.ShouldContain("does not exist");

        var large = new JsonObject { ["id"] = "/large", ["cmd"] = new string('x', 17 * 1024 * 1024) };
        var refused = await RunAsync(cluster, null, "app", "add", cluster.Directory.Write("large.json", large.ToJsonString()));
        refused.ExitCode.ShouldBe(1, refused.Error);
        refused.Error.ShouldContain("16777216 bytes");
    }

    private static Task<CommandResult> RunAsync(Cluster cluster, string? input, params string[] arguments) =>
        Executable.RunAsync(cluster.Directory.Path, [.. arguments, "--url", cluster.Url], input);

    private static async Task<string> SucceedAsync(Cluster cluster, string? input, params string[] arguments)
    {
        var result = await RunAsync(cluster, input, arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Error}{result.Output}");
        return result.Output;
    }
}
