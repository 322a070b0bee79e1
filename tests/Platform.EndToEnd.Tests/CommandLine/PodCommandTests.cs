using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary>The commands about pods, as a script would use them.</summary>
public sealed class PodCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_pod_goes_through_its_whole_life_by_commands()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        static string Definition(int round) => $$$"""
            {"id":"/shop/pod","environment":{"ROUND":"{{{round}}}"},"containers":[
                {"name":"web","exec":{"command":{"shell":"echo out; echo err >&2; exec sleep 100000"}},"resources":{"cpus":0.1,"mem":16},"endpoints":[{"name":"http","hostPort":0}]},
                {"name":"helper","exec":{"command":{"shell":"echo helps; exec sleep 100000"}},"resources":{"cpus":0.1,"mem":16}}]}
            """;

        var plan = await SucceedAsync(cluster, Definition(1), "plan", "-");
        plan.ShouldContain("StartPod /shop/pod");
        plan.ShouldContain("/shop/pod: create");
        var added = await SucceedAsync(cluster, Definition(1), "pod", "add", "-", "--wait");
        added.ShouldContain("/shop/pod: deployment");
        (await RunAsync(cluster, Definition(1), "pod", "add", "-")).ExitCode.ShouldBe(5, "it exists");

        var listed = await SucceedAsync(cluster, null, "pod", "list");
        listed.ShouldContain("/shop/pod");
        listed.ShouldContain("1/1");
        listed.ShouldContain("web, helper");
        var shown = await SucceedAsync(cluster, null, "pod", "show", "/shop/pod");
        shown.ShouldContain("helper");
        shown.ShouldContain("http:");
        var first = (await JsonAsync(cluster, "pod", "show", "/shop/pod"))["spec"]!["version"]!.GetValue<string>();

        await SucceedAsync(cluster, Definition(2), "pod", "update", "-", "--wait");
        (await JsonAsync(cluster, "pod", "show", "/shop/pod"))["spec"]!["environment"]!["ROUND"]!.GetValue<string>().ShouldBe("2");
        (await SucceedAsync(cluster, null, "pod", "versions", "/shop/pod")).ShouldContain(first);
        await SucceedAsync(cluster, null, "pod", "rollback", "/shop/pod", "--wait");
        (await JsonAsync(cluster, "pod", "show", "/shop/pod"))["spec"]!["environment"]!["ROUND"]!.GetValue<string>().ShouldBe("1");

        await SucceedAsync(cluster, null, "pod", "scale", "/shop/pod", "2", "--wait");
        (await JsonAsync(cluster, "pod", "show", "/shop/pod"))["instances"]!.AsArray().Count.ShouldBe(2);
        await cluster.UntilAsync("the output is there", async () => await SucceedAsync(cluster, null, "pod", "logs", "/shop/pod") == "out\n");
        await cluster.UntilAsync("the errors are there", async () => await SucceedAsync(cluster, null, "pod", "logs", "/shop/pod", "web", "--stderr") == "err\n");
        await cluster.UntilAsync("the other container's output is there", async () => await SucceedAsync(cluster, null, "pod", "logs", "/shop/pod", "helper") == "helps\n");
        (await RunAsync(cluster, null, "pod", "logs", "/shop/pod", "nobody")).ExitCode.ShouldBe(3);
        await SucceedAsync(cluster, null, "pod", "restart", "/shop/pod", "--wait");

        var instance = (await cluster.Client.Pods.Get("/shop/pod").GetAsync()).Instances[0].Id;
        (await SucceedAsync(cluster, null, "pod", "kill", "/shop/pod", instance)).ShouldContain(instance);
        await cluster.UntilAsync("it is replaced", async () => await cluster.Client.Pods.Get("/shop/pod").GetAsync() is { Status: "STABLE", Instances.Count: 2 } pod && pod.Instances.All(one => one.Id != instance));
        (await SucceedAsync(cluster, null, "pod", "why", "/shop/pod")).ShouldContain("nothing waits");
        (await SucceedAsync(cluster, null, "status")).ShouldContain("1 with 2 of 2 instances stable");

        await SucceedAsync(cluster, null, "pod", "remove", "/shop/pod", "--wait");
        (await RunAsync(cluster, null, "pod", "show", "/shop/pod")).ExitCode.ShouldBe(3);
        (await JsonAsync(cluster, "pod", "list")).AsArray().ShouldBeEmpty();
        (await RunAsync(cluster, Definition(3), "pod", "update", "-")).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Commands_about_apps_say_where_pods_are_and_the_other_way_round()
    {
        await using var cluster = await Cluster.StartAsync(output);
        await SucceedAsync(cluster, """{"id":"/a/pod","containers":[{"name":"c","exec":{"command":{"shell":"sleep 1"}},"resources":{}}],"scaling":{"kind":"fixed","instances":0}}""", "pod", "add", "-");
        await SucceedAsync(cluster, """{"id":"/a/app","cmd":"sleep 1","instances":0}""", "app", "add", "-");

        (await SucceedAsync(cluster, null, "app", "list")).ShouldContain("there is 1 pod: './platform pod list' lists it");
        (await JsonAsync(cluster, "app", "list")).AsArray().Count.ShouldBe(1);
        foreach (var command in new[] { "show", "tasks", "versions", "restart", "remove" })
        {
            var refused = await RunAsync(cluster, null, "app", command, "/a/pod");
            refused.ExitCode.ShouldBe(3, command);
            refused.Error.ShouldContain("there is a pod with this id: './platform pod show /a/pod' shows it");
        }
        var other = await RunAsync(cluster, null, "pod", "show", "/a/app");
        other.ExitCode.ShouldBe(3);
        other.Error.ShouldContain("there is an app with this id");
        (await RunAsync(cluster, null, "pod", "show", "/a/nothing")).Error.ShouldNotContain("with this id");
    }

    [Fact]
    public async Task Every_problem_of_a_pod_is_a_line_with_its_path()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var result = await RunAsync(cluster, """{"id":"pod","containers":[{"name":"A","resources":{"cpus":-1}}]}""", "pod", "add", "-");
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldBeEmpty();
        foreach (var path in new[] { "/id", "/containers(0)/name", "/containers(0)/resources/cpus" })
            result.Error.ShouldContain($"\n  {path}: ");
    }

    private static Task<CommandResult> RunAsync(Cluster cluster, string? input, params string[] arguments) =>
        Executable.RunAsync(cluster.Directory.Path, [.. arguments, "--url", cluster.Url], input);

    private static async Task<string> SucceedAsync(Cluster cluster, string? input, params string[] arguments)
    {
        var result = await RunAsync(cluster, input, arguments);
        result.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {result.Error}{result.Output}");
        return result.Output;
    }

    private static async Task<JsonNode> JsonAsync(Cluster cluster, params string[] arguments) => JsonNode.Parse(await SucceedAsync(cluster, null, [.. arguments, "--json"]))!;
}
