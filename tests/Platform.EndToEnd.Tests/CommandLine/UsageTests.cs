using Platform.EndToEnd.Tests.Harness;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary>What scripts and people get from the command line when there is no server.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("no-such-command")]
    [InlineData("app")]
    [InlineData("app scale /x")]
    [InlineData("app scale /x many")]
    [InlineData("app scale /x -1")]
    [InlineData("dev --port 70000")]
    [InlineData("dev --agents -1")]
    [InlineData("dev --agents many")]
    [InlineData("dev --log-level loud")]
    [InlineData("dev --data ")]
    [InlineData("app show /")]
    [InlineData("app show //")]
    [InlineData("app show ..")]
    [InlineData("app remove /a/../b")]
    [InlineData("app show /a//b")]
    [InlineData("app show /a/tasks")]
    [InlineData("app scale /versions 2")]
    [InlineData("app logs /*")]
    [InlineData("pod show /")]
    [InlineData("pod remove /a/.")]
    [InlineData("pod logs /a::status")]
    [InlineData("agent drain ..")]
    [InlineData("app logs /a --previous --task x")]
    [InlineData("app scale /x 99999999999")]
    [InlineData("dev --log-format xml")]
    [InlineData("app list --url ftp://here")]
    [InlineData("app show ")]
    [InlineData("app remove ")]
    [InlineData("agent gone ")]
    [InlineData("deployment stop ")]
    public async Task A_wrong_command_line_is_exit_code_2_with_a_hint_on_standard_error(string line)
    {
        var result = await RunAsync(line.Split(' '));
        result.ExitCode.ShouldBe(2, result.Error);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldStartWith("platform: ");
        result.Error.ShouldContain("--help");
        foreach (var word in new[] { "System.", "Exception", "Microsoft.", "   at " })
            result.Error.ShouldNotContain(word);
    }

    [Theory]
    [InlineData("app scale /x many", "INSTANCES 'many' is not a whole number")]
    [InlineData("dev --log-level loud", "--log-level 'loud' is not one of trace, debug, information")]
    [InlineData("app show /", "ID must be the app's path, such as /shop/web: '/' is the group of all apps and pods, not one of them")]
    [InlineData("dev --data ", "--data must be a folder")]
    public async Task What_is_wrong_with_a_command_line_is_said_in_words_of_its_user(string line, string expected) =>
        (await RunAsync(line.Split(' '))).Error.ShouldContain(expected);

    [Fact]
    public async Task A_start_on_a_port_that_is_taken_changes_nothing()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var result = await RunAsync("dev", "--port", $"{port}", "--data", directory.Of("state"));
        result.ExitCode.ShouldBe(6, result.Error);
        result.Error.ShouldContain($"port {port} on 127.0.0.1 is taken by another program");
        Directory.Exists(directory.Of("state")).ShouldBeFalse();
    }

    [Fact]
    public async Task Letting_everybody_in_beyond_loopback_takes_insecure_and_says_what_that_means()
    {
        var result = await RunAsync("dev", "--listen", "0.0.0.0", "--auth", "off");
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("any command on every agent");
        result.Error.ShouldContain("--insecure");
        Directory.Exists(directory.Of(".platform")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("app list")]
    [InlineData("app show /x")]
    [InlineData("status")]
    [InlineData("deployment list")]
    public async Task A_server_that_is_away_is_exit_code_4_and_says_how_to_start_one(string line)
    {
        // Port 1 is for a service that nobody runs.
        var result = await RunAsync([.. line.Split(' '), "--url", "http://127.0.0.1:1"]);
        result.ExitCode.ShouldBe(4);
        result.Output.ShouldBeEmpty();
        result.Error.ShouldContain("cannot reach the control plane at http://127.0.0.1:1/");
        result.Error.ShouldContain("./platform dev");
    }

    [Theory]
    [InlineData("{ \"id\": ", "is not JSON")]
    [InlineData("null", "holds null")]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    public async Task A_file_that_is_no_definition_is_refused_before_anything_is_sent(string content, string expected)
    {
        var result = await RunAsync("app", "add", directory.Write("app.json", content), "--url", "http://127.0.0.1:1");
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(expected);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named()
    {
        var result = await RunAsync("app", "add", "missing.json", "--url", "http://127.0.0.1:1");
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("missing.json");
        (await RunAsync("app", "add", ".", "--url", "http://127.0.0.1:1")).Error.ShouldContain("is a folder");
    }

    [Fact]
    public async Task Help_lists_every_command_and_goes_to_standard_output()
    {
        var result = await RunAsync("--help");
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldBeEmpty();
        foreach (var command in new[] { "dev", "silo", "agent", "app", "deployment", "status", "plan", "allocator" })
            result.Output.ShouldContain($"  {command} ");
    }

    [Fact]
    public async Task Allocator_replay_prints_a_line_for_each_scenario_and_fails_if_one_does()
    {
        const string Scenarios = """
            {"sorter":[
              {"id":"good","steps":[["add","a"],["activate","a"],["expectCount",1]]},
              {"id":"bad","steps":[["add","a"],["activate","a"],["expectCount",2]]}]}
            """;
        var result = await RunAsync("allocator", "replay", directory.Write("scenarios.json", Scenarios));
        result.ExitCode.ShouldBe(1, result.Error);
        var lines = result.Output.TrimEnd().Split('\n');
        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("good pass");
        lines[1].ShouldStartWith("bad fail step 3: expected 2, got 1");
        lines[2].ShouldBe("1 passed, 1 failed");
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => Executable.RunAsync(directory.Path, arguments);
}
