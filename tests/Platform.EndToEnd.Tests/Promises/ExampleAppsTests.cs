using System.Diagnostics;
using Platform.Client.Apps;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Promises;

/// <summary>Apps of the kinds that Marathon's public documentation shows deploy, get healthy and answer.</summary>
public sealed class ExampleAppsTests(ITestOutputHelper output)
{
    private const string HttpCheck =
        """{"protocol":"HTTP","path":"/","portIndex":0,"gracePeriodSeconds":30,"intervalSeconds":1,"timeoutSeconds":5,"maxConsecutiveFailures":3}""";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task Ten_example_apps_deploy_get_healthy_and_answer()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first", "cpus:4;mem:2048;disk:10000", "--attributes", "rack:a;ssd:true");
        cluster.StartAgent("second", "cpus:4;mem:2048;disk:10000", "--attributes", "rack:b");
        var tarball = await TarballAsync(cluster.Directory);

        string[] definitions =
        [
            """{"id":"/examples/loop","cmd":"while [ true ] ; do echo 'Hello Marathon' ; sleep 5 ; done","cpus":0.1,"mem":32,"instances":1}""",
            $$"""{"id":"/examples/web","cmd":"exec python3 -m http.server $PORT0","cpus":0.1,"mem":64,"instances":2,"healthChecks":[{{HttpCheck}}]}""",
            """{"id":"/examples/argv","args":["/bin/sleep","100000"],"cpus":0.1,"mem":16,"instances":1}""",
            $$"""
            {"id":"/examples/env","cmd":"echo \"$GREETING from $MARATHON_APP_ID tier $MARATHON_APP_LABEL_TIER\" > index.html; exec python3 -m http.server $PORT_HTTP",
             "cpus":0.1,"mem":64,"env":{"GREETING":"hello"},"labels":{"tier":"front"},"portDefinitions":[{"port":0,"name":"http"}],"healthChecks":[{{HttpCheck}}]}
            """,
            $$"""{"id":"/examples/fetch","cmd":"cd site && exec python3 -m http.server $PORT0","cpus":0.1,"mem":64,"fetch":[{"uri":"file://{{tarball}}"}],"healthChecks":[{{HttpCheck}}]}""",
            """{"id":"/examples/spread","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":2,"constraints":[["hostname","UNIQUE"]]}""",
            """{"id":"/examples/rack","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"instances":3,"constraints":[["rack","CLUSTER","b"]]}""",
            $$"""
            {"id":"/examples/ports","cmd":"python3 -m http.server $PORT0 & python3 -m http.server $PORT1 & exec python3 -m http.server $PORT_ADMIN","cpus":0.1,"mem":96,
             "portDefinitions":[{"port":0,"name":"http"},{"port":0},{"port":0,"name":"admin"}],"healthChecks":[{{HttpCheck}}]}
            """,
            """
            {"id":"/examples/tcp","cmd":"exec python3 -m http.server $PORT0","cpus":0.1,"mem":64,
             "healthChecks":[{"protocol":"TCP","portIndex":0,"gracePeriodSeconds":30,"intervalSeconds":1,"timeoutSeconds":5,"maxConsecutiveFailures":3}]}
            """,
            """
            {"id":"/examples/command","cmd":"touch ready; exec sleep 100000","cpus":0.1,"mem":16,"dependencies":["/examples/web"],
             "healthChecks":[{"protocol":"COMMAND","command":{"value":"test -f ready"},"gracePeriodSeconds":30,"intervalSeconds":1,"timeoutSeconds":5,"maxConsecutiveFailures":3}]}
            """,
        ];
        await cluster.DeployAsync($"[{string.Join(',', definitions)}]");

        var apps = (await cluster.Client.Apps.ListAsync()).ToDictionary(app => app.Id);
        apps.Count.ShouldBe(10);
        foreach (var app in apps.Values)
            app.TasksRunning.ShouldBe(app.Instances, app.Id);
        foreach (var id in new[] { "web", "env", "fetch", "ports", "tcp", "command" })
            apps[$"/examples/{id}"].TasksHealthy.ShouldBe(apps[$"/examples/{id}"].Instances, id);

        foreach (var task in await cluster.RunningAsync("/examples/web", 2))
            (await GetAsync(task)).ShouldContain("Directory listing");
        (await GetAsync((await cluster.RunningAsync("/examples/env", 1))[0])).Trim().ShouldBe("hello from /examples/env tier front");
        (await GetAsync((await cluster.RunningAsync("/examples/fetch", 1))[0])).ShouldBe("from the tarball\n");
        var ports = (await cluster.RunningAsync("/examples/ports", 1))[0];
        ports.Ports.Distinct().Count().ShouldBe(3);
        for (var index = 0; index < 3; index++)
            await cluster.UntilAsync($"port {index} answers", async () => (await GetAsync(ports, index)).Contains("Directory listing"));
        await GetAsync((await cluster.RunningAsync("/examples/tcp", 1))[0]);

        // One agent each by UNIQUE; rack b is the second agent only.
        var spread = await cluster.RunningAsync("/examples/spread", 2);
        spread.Select(task => task.SlaveId).Distinct().Count().ShouldBe(2);
        var rack = await cluster.RunningAsync("/examples/rack", 3);
        rack.Select(task => task.SlaveId).Distinct().Count().ShouldBe(1);
        await cluster.ProcessesAsync("/examples/argv", 1);

        // All of it goes, and no process stays.
        foreach (var app in apps.Keys)
            await cluster.Client.Apps.Get(app).RemoveAsync();
        await cluster.QuietAsync();
        (await cluster.Client.Apps.ListAsync()).ShouldBeEmpty();
        await cluster.UntilAsync("no process of a task is left", () => Task.FromResult(
            !TaskProcess.All(cluster.Directory.Path, "sleep").Concat(TaskProcess.All(cluster.Directory.Path, "python3")).Any()));
    }

    private static Task<string> GetAsync(AppTask task, int port = 0) => Http.GetStringAsync($"http://{task.Host}:{task.Ports[port]}/");

    private static async Task<string> TarballAsync(TestDirectory directory)
    {
        directory.Write("packing/site/index.html", "from the tarball\n");
        var file = directory.Of("site.tar.gz");
        using var tar = Process.Start("tar", ["-C", directory.Of("packing"), "-czf", file, "site"]);
        await tar.WaitForExitAsync();
        tar.ExitCode.ShouldBe(0);
        return file;
    }
}
