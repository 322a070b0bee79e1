using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary>The commands against a control plane with one agent, as a script would use them.</summary>
public sealed class CommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_app_goes_through_its_whole_life_by_commands()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        const string Definition = """{"id":"/shop/app","cmd":"echo out; echo err >&2; exec sleep 100000","cpus":0.1,"mem":16,"env":{"ROUND":"1"}}""";

        var added = await SucceedAsync(cluster, Definition, "app", "add", "-", "--wait");
        added.ShouldContain("/shop/app: deployment");
        added.ShouldContain("is done");
        (await RunAsync(cluster, Definition, "app", "add", "-")).ExitCode.ShouldBe(5, "it exists");

        var listed = await SucceedAsync(cluster, null, "app", "list");
        listed.ShouldContain("/shop/app");
        listed.ShouldContain("1/1");
        var first = (await JsonAsync(cluster, "app", "show", "/shop/app"))["version"]!.GetValue<string>();

        await SucceedAsync(cluster, """{"env":{"ROUND":"2"}}""", "app", "update", "/shop/app", "-", "--wait");
        (await JsonAsync(cluster, "app", "show", "/shop/app"))["env"]!["ROUND"]!.GetValue<string>().ShouldBe("2");
        (await SucceedAsync(cluster, null, "app", "versions", "/shop/app")).ShouldContain(first);
        await SucceedAsync(cluster, null, "app", "rollback", "/shop/app", "--wait");
        (await JsonAsync(cluster, "app", "show", "/shop/app"))["env"]!["ROUND"]!.GetValue<string>().ShouldBe("1");

        await SucceedAsync(cluster, null, "app", "scale", "/shop/app", "2", "--wait");
        (await JsonAsync(cluster, "app", "tasks", "/shop/app")).AsArray().Count.ShouldBe(2);
        // It runs from the moment when its shell was started; what the shell writes comes after that.
        await cluster.UntilAsync("the output is there", async () => await SucceedAsync(cluster, null, "app", "logs", "/shop/app") == "out\n");
        await cluster.UntilAsync("the errors are there", async () => await SucceedAsync(cluster, null, "app", "logs", "/shop/app", "--stderr") == "err\n");
        await SucceedAsync(cluster, null, "app", "restart", "/shop/app", "--wait");

        var ran = await Executable.RunAsync(
            cluster.Directory.Path, ["app", "exec", "/shop/app", "--url", cluster.Url, "-i", "--env", "MORE=yes", "--", "sh", "-c", "cat; echo $ROUND $MORE; echo bad >&2; exit 9"], "typed\n");
        (ran.ExitCode, ran.Output, ran.Error).ShouldBe((9, "typed\n1 yes\n", "bad\n"));
        (await Executable.RunAsync(cluster.Directory.Path, ["app", "exec", "/shop/app", "--url", cluster.Url, "--task", "none", "--", "true"])).ExitCode.ShouldBe(3);
        // 'script' is a terminal around the command: it types, and shows what came.
        var terminal = await Executable.RunAsync(cluster.Directory.Path, "script",
            ["-qefc", $"stty cols 91 rows 31; {Executable.Path} app exec /shop/app -it --url {cluster.Url} -- sh -c 'tty; stty size; read line; echo \"<$line>\"; exit 5'", "/dev/null"], "keys\n", closes: false);
        terminal.ExitCode.ShouldBe(5, terminal.Output);
        terminal.Output.ShouldContain("/dev/pts/");
        terminal.Output.ShouldContain("31 91");
        terminal.Output.ShouldContain("<keys>");

        var task = (await cluster.RunningAsync("/shop/app", 2))[0];
        (await SucceedAsync(cluster, null, "app", "kill", task.Id)).ShouldContain(task.Id);
        await cluster.UntilAsync("it is replaced", async () => (await cluster.Client.Apps.Get("/shop/app").ListTasksAsync()).All(one => one.Id != task.Id));
        await cluster.RunningAsync("/shop/app", 2);

        await SucceedAsync(cluster, null, "app", "stop", "/shop/app", "--wait");
        (await SucceedAsync(cluster, null, "app", "list")).ShouldContain("suspended");
        await SucceedAsync(cluster, null, "app", "remove", "/shop/app", "--wait");
        (await RunAsync(cluster, null, "app", "show", "/shop/app")).ExitCode.ShouldBe(3);
        (await JsonAsync(cluster, "app", "list")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_problem_of_a_definition_is_a_line_with_its_path()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var result = await RunAsync(cluster, """{"id":"/app","cmd":"x","cpus":-1,"mem":-1,"upgradeStrategy":{"minimumHealthCapacity":2}}""", "app", "add", "-");
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        foreach (var path in new[] { "/cpus", "/mem", "/upgradeStrategy/minimumHealthCapacity" })
            result.Error.ShouldContain($"\n  {path}: ");
    }

    [Fact]
    public async Task What_cannot_be_placed_is_explained_refused_a_second_change_and_stopped_by_force()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.UntilAsync("the agent is there", async () => (await cluster.Client.Agents.ListAsync()).Count == 1);
        await SucceedAsync(cluster, """{"id":"/huge","cmd":"sleep 1","cpus":100000}""", "app", "add", "-");
        await cluster.UntilAsync("it waits", async () => await cluster.Client.Apps.Get("/huge").GetQueueAsync() is { } queue && queue.ToJsonString().Contains("more needed at best"));
        var why = await SucceedAsync(cluster, null, "app", "why", "/huge");
        why.ShouldContain("1 of 1 instances wait");
        why.ShouldContain("more needed at best");
        why.ShouldContain("even if it were empty");

        var deployments = (await JsonAsync(cluster, "deployment", "list")).AsArray();
        var id = deployments.ShouldHaveSingleItem()!["id"]!.GetValue<string>();
        var locked = await RunAsync(cluster, null, "app", "scale", "/huge", "2");
        locked.ExitCode.ShouldBe(5);
        locked.Error.ShouldContain(id);
        locked.Error.ShouldContain("--force");
        await SucceedAsync(cluster, null, "deployment", "stop", id);
        await cluster.QuietAsync();
        (await RunAsync(cluster, null, "deployment", "stop", id)).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Status_and_agents_tell_what_is_there()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 2);
        await cluster.UntilAsync("both agents are there", async () => (await cluster.Client.Agents.ListAsync()).Count(agent => agent.Condition == "Active") == 2);
        var agents = (await JsonAsync(cluster, "agent", "list")).AsArray();
        var names = agents.Select(agent => agent!["name"]!.GetValue<string>()).ToArray();
        names.Distinct().Count().ShouldBe(2);
        // Agents on one machine share its ports: no port belongs to both.
        agents.Select(agent => agent!["resources"]!.GetValue<string>().Split("ports:")[1]).Distinct().Count().ShouldBe(2);
        (await SucceedAsync(cluster, null, "status")).ShouldContain("2, 2 active");
        (await JsonAsync(cluster, "status"))["agentsActive"]!.GetValue<int>().ShouldBe(2);
        (await SucceedAsync(cluster, null, "agent", "show", names[0])).ShouldContain("offers");

        await SucceedAsync(cluster, null, "agent", "drain", names[0]);
        await cluster.UntilAsync("it is drained", async () => (await cluster.Client.Agents.Get(names[0]).GetAsync()).Agent.Condition == "Drained");
        await SucceedAsync(cluster, null, "agent", "reactivate", names[0]);
        await cluster.UntilAsync("it is active", async () => (await cluster.Client.Agents.Get(names[0]).GetAsync()).Agent.Condition == "Active");
        (await RunAsync(cluster, null, "agent", "show", "nobody")).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task A_plan_tells_what_would_be_done_and_does_nothing()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.UntilAsync("the agent is there", async () => (await cluster.Client.Agents.ListAsync()).Any(agent => agent.Condition == "Active"));
        const string Definition = """{"id":"/planned","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2}""";
        var plan = await SucceedAsync(cluster, Definition, "plan", "-");
        plan.ShouldContain("StartApplication /planned");
        plan.ShouldContain("/planned: create");
        plan.ShouldContain("starts 2 (");
        (await cluster.Client.Apps.ListAsync()).ShouldBeEmpty();

        // The same command tells what an update would do, and what can never be done, in words and by its exit code.
        await SucceedAsync(cluster, Definition, "app", "add", "-", "--wait");
        var update = await SucceedAsync(cluster, Definition.Replace("\"mem\":16", "\"mem\":17", StringComparison.Ordinal), "plan", "-");
        update.ShouldContain("/mem: 16 -> 17");
        update.ShouldContain("stops 2 (");
        var impossible = await RunAsync(cluster, """{"id":"/never","cmd":"x","cpus":1000}""", "plan", "-");
        impossible.ExitCode.ShouldBe(1);
        impossible.Output.ShouldContain("cpus: ");
        impossible.Output.ShouldContain("No agent could take one even if it were empty.");
        (await cluster.Client.Apps.ListAsync()).Count.ShouldBe(1);
    }

    private static Task<CommandResult> RunAsync(Cluster cluster, string? input, params string[] arguments) =>
        Executable.RunAsync(cluster.Directory.Path, [.. arguments, "--url", cluster.Url], input);

    private static async Task<string> SucceedAsync(Cluster cluster, string? input, params string[] arguments)
    {
        var result = await RunAsync(cluster, input, arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Error}{result.Output}");
        return result.Output;
    }

    private static async Task<JsonNode> JsonAsync(Cluster cluster, params string[] arguments) =>
        JsonNode.Parse(await SucceedAsync(cluster, null, [.. arguments, "--json"]))!;
}
