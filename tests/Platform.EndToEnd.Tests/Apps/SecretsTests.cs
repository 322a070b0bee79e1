using System.Text;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Apps;

/// <summary>A secret reaches the processes that use it, and nothing else of what the product keeps or says.</summary>
public sealed class SecretsTests(ITestOutputHelper output)
{
    private const string Password = "correct-horse-battery-staple";
    private const string Key = "one-two-three-four-five";

    [Fact]
    public async Task A_secret_is_in_the_environment_and_in_a_file_of_its_task_and_nowhere_else()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var agent = cluster.StartAgent("first");
        await StoreAsync(cluster, "shop/password", Password);
        await StoreAsync(cluster, "shop/key", Key);
        await cluster.DeployAsync("""
            {"id":"/secretive","cmd":"test \"$(cat key)\" = \"$EXPECTED\" && touch same; exec sleep 100000","cpus":0.1,"mem":16,
             "env":{"PASSWORD":{"secret":"password"},"EXPECTED":{"secret":"key"}},
             "secrets":{"password":{"source":"shop/password"},"key":{"source":"shop/key"}},
             "container":{"type":"MESOS","volumes":[{"containerPath":"key","secret":"key"}]},
             "platform":{"preStop":"test \"$(cat key)\" = \"$EXPECTED\" && touch $MESOS_SANDBOX/stopped"} }
            """);
        var task = (await cluster.ProcessesAsync("/secretive", 1))[0];
        task.Environment["PASSWORD"].ShouldBe(Password);
        var sandbox = task.Environment["MESOS_SANDBOX"];
        File.Exists(Path.Combine(sandbox, "same")).ShouldBeTrue();
        await NothingToldAsync(cluster);

        // The agent still has the values after a crash, for what it starts later; and no file on the disk has them.
        await cluster.Server.KillAsync();
        await agent.KillAsync();
        await cluster.StartServerAsync();
        cluster.StartAgent("first");
        await cluster.RunningAsync("/secretive", 1);
        await NothingToldAsync(cluster);

        // A new value is for new tasks.
        await StoreAsync(cluster, "shop/password", "another-" + Password);
        await cluster.SucceededAsync(await cluster.Client.Apps.Get("/secretive").RestartAsync());
        (await cluster.ProcessesAsync("/secretive", 1))[0].Environment["PASSWORD"].ShouldBe("another-" + Password);
        // The hook ran before the old task was ended, with the values that the task had.
        File.Exists(Path.Combine(sandbox, "stopped")).ShouldBeTrue();
        await cluster.Client.Apps.Get("/secretive").RemoveAsync();
        await cluster.ProcessesAsync("/secretive", 0);
        await NothingToldAsync(cluster);
    }

    [Fact]
    public async Task A_new_value_reaches_a_running_task_by_its_file_and_a_signal_and_another_app_by_a_rolling_restart()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        await StoreAsync(cluster, "shop/password", "one");
        await cluster.DeployAsync("""
            {"id":"/told","cpus":0.1,"mem":16,"cmd":"trap 'cp key seen' HUP; touch ready; while true; do sleep 1000 & wait; done",
             "secrets":{"password":{"source":"shop/password"}},"container":{"type":"MESOS","volumes":[{"containerPath":"key","secret":"password"}]},
             "platform":{"secretChange":{"mode":"signal"}} }
            """);
        await cluster.DeployAsync("""
            {"id":"/rolled","cpus":0.1,"mem":16,"instances":2,"cmd":"exec sleep 100000","env":{"PASSWORD":{"secret":"password"}},
             "secrets":{"password":{"source":"shop/password"}},"platform":{"secretChange":{"mode":"restart"}} }
            """);
        await cluster.DeployAsync("""
            {"id":"/left","cpus":0.1,"mem":16,"cmd":"exec sleep 100000","env":{"PASSWORD":{"secret":"password"}},"secrets":{"password":{"source":"shop/password"}}}
            """);
        var told = (await cluster.ProcessesAsync("/told", 1, "sh"))[0];
        var left = (await cluster.ProcessesAsync("/left", 1))[0];
        var sandbox = told.Environment["MESOS_SANDBOX"];
        await cluster.UntilAsync("the task listens to signals", () => Task.FromResult(File.Exists(Path.Combine(sandbox, "ready"))));
        (await Executable.RunAsync(cluster.Directory.Path, ["secret", "uses", "shop/password", "--url", cluster.Url])).Output.ShouldSatisfyAllConditions(
            text => text.ShouldMatch("app +/told +signal"), text => text.ShouldMatch("app +/rolled +restart"), text => text.ShouldMatch("app +/left +none"));

        // The control plane dies with the word on its way.
        await StoreAsync(cluster, "shop/password", "two");
        await StoreAsync(cluster, "shop/password", "three");
        await cluster.Server.KillAsync();
        await cluster.StartServerAsync();

        await cluster.UntilAsync("the task has seen the last value", () => Task.FromResult(Read(Path.Combine(sandbox, "seen")) == "three"));
        await cluster.UntilAsync("all instances have the last value",
            () => Task.FromResult(cluster.ProcessesOf("/rolled", "sleep") is { Count: 2 } rolled && rolled.All(one => one.Environment["PASSWORD"] == "three")));
        (await cluster.ProcessesAsync("/told", 1, "sh"))[0].Id.ShouldBe(told.Id);
        (await cluster.ProcessesAsync("/left", 1))[0].Id.ShouldBe(left.Id);

        static string Read(string file) => File.Exists(file) ? File.ReadAllText(file) : "";
    }

    private static async Task StoreAsync(Cluster cluster, string path, string value)
    {
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        using var content = new StringContent($$"""{"value":"{{value}}"}""", Encoding.UTF8, "application/json");
        (await http.PutAsync("/api/secrets/" + path, content)).EnsureSuccessStatusCode();
    }

    /// <summary>Neither the API, nor a log, nor a file of the control plane or the agent shows a value.</summary>
    private static async Task NothingToldAsync(Cluster cluster)
    {
        foreach (var path in (string[])["/v2/apps/secretive", "/v2/apps?embed=apps.tasks", "/v2/groups", "/v2/tasks", "/v2/queue", "/v2/deployments", "/v2/info", "/config", "/api/secrets"])
        {
            using var http = new HttpClient { BaseAddress = cluster.Client.Url };
            Check(path, await (await http.GetAsync(path)).Content.ReadAsStringAsync());
        }

        Check("log", cluster.Server.Log);
        foreach (var file in Directory.EnumerateFiles(cluster.Directory.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                await stream.CopyToAsync(copy);
                Check(file, Encoding.Latin1.GetString(copy.ToArray()));
            }
            catch (IOException)
            {
                // Locked, or gone meanwhile.
            }
        }

        static void Check(string where, string text)
        {
            text.ShouldNotContain(Password, Case.Sensitive, where);
            text.ShouldNotContain(Key, Case.Sensitive, where);
        }
    }
}
