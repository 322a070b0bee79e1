using Platform.EndToEnd.Tests.Harness;

namespace Platform.EndToEnd.Tests.Operations;

/// <summary>Options of a server from a file and from the environment.</summary>
public sealed class SettingsTests : IDisposable
{
    private readonly TestDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Every_problem_of_a_settings_file_is_told_at_once_with_its_line()
    {
        var file = directory.Write("platform.yaml", """
            # A cluster of one
            port: 70000
            dns_port: 53
            log-level: loud
            heartbeat: [1, 2]
            agents:
              many: 3
            """);
        var result = await Executable.RunAsync(directory.Path, ["dev", "--settings", file]);
        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain($"{file}:3: 'dns_port' is no option of this command; 'dns-port' may be meant");
        result.Error.ShouldContain($"{file}:5: heartbeat must be one value");
        result.Error.ShouldContain($"{file}:6: agents must be one value");
        result.Error.ShouldContain("port 70000 is not in 0-65535");
        result.Error.ShouldContain("--log-level 'loud' is not one of trace");
        Directory.Exists(directory.Of(".platform")).ShouldBeFalse();

        (await Executable.RunAsync(directory.Path, ["dev", "--settings", "missing.yaml"])).Error.ShouldContain("--settings missing.yaml cannot be read");
        (await Executable.RunAsync(directory.Path, ["dev", "--settings", directory.Write("list.json", "[1]")])).Error.ShouldContain("must be one mapping");
        (await Executable.RunAsync(directory.Path, ["dev", "--settings", directory.Write("broken.yaml", "port: \"5050\nagents: 1")])).Error.ShouldContain("broken.yaml:");
    }

    [Fact]
    public async Task The_command_line_comes_before_the_environment_and_that_before_the_file()
    {
        var file = directory.Write("platform.json", """{"port": 1, "data": "from-file", "no-dns": true, "agents": 70, "dns-upstream": ["127.0.0.1:53", "::1"]}""");
        var start = Executable.Start(directory.Path, ["dev", "--port", "0"]);
        start.Environment["PLATFORM_SETTINGS"] = file;
        start.Environment["PLATFORM_AGENTS"] = "0";
        start.Environment["PLATFORM_PORT"] = "2";
        await using var server = RunningProcess.Start("dev", start);
        await server.LineAsync(line => line.Contains("listens on", StringComparison.Ordinal), Cluster.Patience);
        (await server.LineAsync(line => line.Contains("  data  ", StringComparison.Ordinal), Cluster.Patience)).ShouldEndWith("/from-file");
        (await server.LineAsync(line => line.Contains("  agents  ", StringComparison.Ordinal), Cluster.Patience)).ShouldContain("0 in this process");
        (await server.LineAsync(line => line.Contains("  DNS  ", StringComparison.Ordinal), Cluster.Patience)).ShouldNotContain("8053");
        await server.TerminateAsync();
    }
}
