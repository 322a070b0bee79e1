using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.CommandLine;

/// <summary><c>platform app logs</c>: what an instance writes, now and as it comes.</summary>
public sealed class LogsTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Each line that is written to the pipe is the next line of its output; "end" is its last. The pipe is open for writing there too, so that it
    // never ends: else a writer that opens it in the moment in which its reader has seen the end of the writer before would write to nobody.
    private const string Echoing =
        """{"id":"/echo","cmd":"mkfifo lines; echo begin; exec python3 -u -c 'import os\nfor line in os.fdopen(os.open(\"lines\", os.O_RDWR)):\n  print(line, end=\"\")\n  if line == \"end\\n\": raise SystemExit'","cpus":0.1,"mem":32,"backoffSeconds":3600}""";

    [Fact]
    public async Task Output_is_followed_as_it_is_written_until_the_instance_ends()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync(Echoing);
        var pipe = await PipeAsync(cluster);
        var follower = Follow(cluster);
        await follower.LineAsync(line => line == "begin", Patience);
        foreach (var line in new[] { "one", "two", "three" })
        {
            await File.AppendAllTextAsync(pipe, line + "\n");
            await follower.LineAsync(seen => seen == line, Patience);
        }

        await File.AppendAllTextAsync(pipe, "end\n");
        await follower.EndAsync(Patience);
        follower.ExitCode.ShouldBe(0);
        follower.Log.ShouldBe("begin\none\ntwo\nthree\nend");
    }

    [Fact]
    public async Task A_follower_ends_with_its_reader_and_with_the_control_plane()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        await cluster.DeployAsync(Echoing);
        var pipe = await PipeAsync(cluster);
        var start = Executable.Start(cluster.Directory.Path);
        start.FileName = "sh";
        foreach (var argument in new[] { "-c", """("$0" app logs /echo -f --url "$1"; echo "ended with $?" >&2) | head -1""", Executable.Path, cluster.Url })
            start.ArgumentList.Add(argument);
        var piped = cluster.Track(RunningProcess.Start("follower in a pipe", start));
        await piped.LineAsync(line => line == "begin", Patience);
        // What comes first may still find its reader; the one after it does not.
        for (var i = 0; !piped.HasExited && i < 50; i++)
        {
            await File.AppendAllTextAsync(pipe, $"more {i}\n");
            await Task.WhenAny(piped.LineAsync(line => line == "ended with 0", Patience), Task.Delay(TimeSpan.FromSeconds(1)));
        }

        await piped.LineAsync(line => line == "ended with 0", Patience);

        var follower = Follow(cluster);
        await follower.LineAsync(line => line == "begin", Patience);
        await cluster.Server.TerminateAsync();
        cluster.Server.ExitCode.ShouldBe(0, "a follower does not hold up the stop");
        await follower.EndAsync(Patience);
        follower.ExitCode.ShouldBe(4, follower.Log);
    }

    private static RunningProcess Follow(Cluster cluster) =>
        cluster.Track(RunningProcess.Start("follower", cluster.Directory.Path, "app", "logs", "/echo", "-f", "--url", cluster.Url));

    private static async Task<string> PipeAsync(Cluster cluster) =>
        Path.Combine((await cluster.ProcessesAsync("/echo", 1, "python3"))[0].Environment["MESOS_SANDBOX"], "lines");
}
