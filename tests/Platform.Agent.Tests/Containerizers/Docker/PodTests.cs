using Platform.Agent.Tests.Testing;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Pods whose containers are the engine's.</summary>
public sealed class PodTests(TestEngine engine) : EngineTests(engine)
{
    [EngineFact]
    public Task Containers_of_a_pod_share_an_address_and_localhost_and_end_as_the_pod_says() => WithAgentAsync(async session =>
    {
        var port = FreePort();
        // Twice on the same port: what the first pod had is free when its end is told.
        foreach (var round in (string[])["first", "second"])
        {
            var (init, web, main, sidecar) = (Of(round, "init", "echo prepared > /site/index.html"), Of(round, "web", "exec httpd -f -p 8080 -h /site"),
                Of(round, "main", "until wget -q -O - http://127.0.0.1:8080/; do sleep 0.1; done; while ! test -e /site/go; do sleep 0.1; done; exit 4"),
                Of(round, "sidecar", "exec sleep 100000"));
            init = init with { EndsGroup = TaskGroupEnd.OnFailure };
            sidecar = sidecar with { EndsGroup = TaskGroupEnd.Never, StartsAfter = [init.TaskId] };
            main = main with { StartsAfter = [init.TaskId] };
            web = web with
            {
                StartsAfter = [init.TaskId],
                Resources = Resources.Parse($"cpus:0.1;mem:64;ports:[{port}-{port}]"),
                Ports = [new PortSpec { HostPort = port, ContainerPort = 8080 }],
                Checks = [new CheckSpec { Purpose = CheckPurpose.Health, Kind = CheckKind.Http, Port = 8080, IntervalSeconds = 0.1, GracePeriodSeconds = 60 }],
            };
            await session.LaunchAsync(init, web, main, sidecar);

            (await session.EndAsync(init)).State.ShouldBe(TaskState.Finished);
            var addresses = new Dictionary<string, string>();
            bool? healthy = null;
            while (addresses.Count < 3 || healthy != true)
            {
                var update = await session.UpdateAsync();
                update.State.IsTerminal().ShouldBeFalse($"{update}");
                if (update.State == TaskState.Running)
                    addresses[update.TaskId] = update.IpAddresses.ShouldHaveSingleItem();
                healthy ??= update.Healthy;
            }
            addresses.Values.Distinct().ShouldHaveSingleItem();
            using var http = new HttpClient();
            (await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"))).ShouldBe("prepared\n");
            (await http.GetStringAsync(new Uri($"http://{addresses[web.TaskId]}:8080/"))).ShouldBe("prepared\n");

            var go = await TestExec.StartAsync(session, sidecar, new() { Shell = "touch /site/go" });
            (await go.EndAsync()).ExitStatus.ShouldBe(0);
            var ends = new Dictionary<string, TaskUpdate>();
            while (ends.Count < 3)
            {
                var end = await session.UpdateAsync(update => update.State.IsTerminal());
                ends[end.TaskId] = end;
            }
            (ends[main.TaskId].State, ends[main.TaskId].ExitStatus, ends[main.TaskId].Reason).ShouldBe((TaskState.Failed, 4, TaskReasons.CommandExecutorFailed));
            foreach (var other in (TaskSpec[])[web, sidecar])
                (ends[other.TaskId].State, ends[other.TaskId].Reason).ShouldBe((TaskState.Killed, TaskReasons.GroupEnded));
            (await Engine.ContainersAsync()).ShouldBeEmpty();
        }
    }, change: options => options with { Resources = Resources.Parse("cpus:64;mem:65536;disk:65536;ports:[1024-65535]") });

    [EngineFact]
    public async Task A_pod_goes_on_with_another_run_of_its_agent()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var options = TestAgent.Options(master, folder) with { Docker = Engine.Endpoint };
        var (web, main) = (Of("kept", "web", "echo here > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"), Of("kept", "main", "exec sleep 100000"));
        string address;
        await using (var first = TestAgent.Start(options, keepTasks: true))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(web, main);
            address = (await session.UpdateAsync(update => update.State == TaskState.Running)).IpAddresses.ShouldHaveSingleItem();
            (await session.UpdateAsync(update => update.State == TaskState.Running)).IpAddresses.ShouldHaveSingleItem().ShouldBe(address);
            await first.StopAsync();
        }
        (await Engine.ContainersAsync()).Count.ShouldBe(3);
        await using var slow = new SlowEngine(Engine.Endpoint, folder.File("engine.sock"));
        await using (var second = TestAgent.Start(options with { Docker = slow.Endpoint }))
        {
            // Asked for before this run of the agent can have found the pod again: by all that is told it runs all the time.
            var session = await master.AcceptAsync();
            var exec = await TestExec.StartAsync(session, main, new() { Shell = "until wget -q -O - http://127.0.0.1:8080/; do sleep 0.1; done" });
            slow.Release();
            (await exec.EndAsync()).Error.ShouldBeNull();
            exec.Output.ShouldBe("here\n");
            using var http = new HttpClient();
            (await http.GetStringAsync(new Uri($"http://{address}:8080/"))).ShouldBe("here\n");
            await session.KillAsync(web, grace: 1);
            await session.EndAsync(main);
        }
        (await Engine.ContainersAsync()).ShouldBeEmpty();
    }

    [EngineFact]
    public async Task A_member_without_an_image_is_in_the_network_of_those_with_one_also_for_another_run_of_the_agent()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var port = FreePort();
        var options = TestAgent.Options(master, folder) with { Docker = Engine.Endpoint, Resources = Resources.Parse("cpus:64;mem:65536;disk:65536;ports:[1024-65535]") };
        var web = Of("mixed", "web", "echo from the image > /tmp/index.html; exec httpd -f -p 8080 -h /tmp");
        // It waits for nothing: whoever is first makes the network.
        const string Line = "mkdir pages; echo from the process > pages/index.html; /bin/busybox httpd -p 8081 -h pages; until /bin/busybox wget -q -O - http://127.0.0.1:8080/; do sleep 0.1; done; exec sleep 100000";
        var process = TestTask.Shell(Line) with
        {
            Group = "mixed",
            Resources = Resources.Parse($"cpus:0.1;mem:64;ports:[{port}-{port}]"),
            Ports = [new PortSpec { HostPort = port, ContainerPort = 8081 }],
            Checks = [new CheckSpec { Purpose = CheckPurpose.Health, Kind = CheckKind.Http, Port = 8081, IntervalSeconds = 0.1, GracePeriodSeconds = 60 }],
        };
        var own = $"http://127.0.0.1:{port}/";
        using var http = new HttpClient();
        string address;
        await using (var first = TestAgent.Start(options, keepTasks: true))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(process, web);
            var running = new Dictionary<string, TaskUpdate>();
            while (running.Count < 2 || running[process.TaskId].Healthy != true)
            {
                var update = await session.UpdateAsync();
                update.State.IsTerminal().ShouldBeFalse($"{update}");
                if (update.State == TaskState.Running)
                    running[update.TaskId] = update;
            }
            address = running[web.TaskId].IpAddresses.ShouldHaveSingleItem();
            running[process.TaskId].IpAddresses.ShouldHaveSingleItem().ShouldBe(address);
            await TaskOutput.WaitForAsync(running[process.TaskId], "from the image");
            (await http.GetStringAsync(new Uri(own))).ShouldBe("from the process\n");
            (await http.GetStringAsync(new Uri($"http://{address}:8081/"))).ShouldBe("from the process\n");
            await first.StopAsync();
        }
        await using (TestAgent.Start(options))
        {
            var session = await master.AcceptAsync();
            var exec = await TestExec.StartAsync(session, process, new() { Shell = "/bin/busybox wget -q -O - http://127.0.0.1:8080/" });
            (await exec.EndAsync()).ExitStatus.ShouldBe(0);
            exec.Output.ShouldBe("from the image\n");
            await session.KillAsync(process, grace: 1);
            var end = await session.EndAsync(process);
            end.IpAddresses.ShouldHaveSingleItem().ShouldBe(address);
            await session.EndAsync(web);
        }
        (await Engine.ContainersAsync()).ShouldBeEmpty();
    }

    private static TaskSpec Of(string pod, string name, string line) =>
        Shell(line) with
        {
            Group = pod,
            Name = name,
            Image = Image with { Network = ContainerNetwork.Bridge },
            Volumes = [new VolumeSpec { ContainerPath = "/site", GroupPath = "volumes/site" }],
        };
}
