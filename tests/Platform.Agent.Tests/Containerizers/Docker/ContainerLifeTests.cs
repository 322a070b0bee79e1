using Platform.Agent.Tests.Testing;
using Platform.Contracts.Agents;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Containerizers.Docker;

/// <summary>Real containers of a real Engine.</summary>
[Collection(EngineCollection.Name)]
public sealed class ContainerLifeTests(TestEngine engine) : EngineTests(engine)
{
    [EngineFact]
    public Task A_container_has_the_capabilities_that_it_asks_for() => WithAgentAsync(async session =>
    {
        var task = Shell("cat /proc/self/status") with { Isolation = new() { EffectiveCapabilities = ["CHOWN", "NET_BIND_SERVICE"] } };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        (await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldContain("CapBnd:\t0000000000000401"); // CHOWN 0, NET_BIND_SERVICE 10
    });

    [EngineFact]
    public Task An_agent_tells_of_its_engine() => WithAgentAsync(session =>
    {
        session.Registration.Containerizers.ShouldBe(["process", "docker"]);
        session.Registration.Attributes.ShouldMatch("docker:[0-9.]+.*;docker_storage:[a-z0-9]+");
        session.Registration.Isolation.ShouldNotBeNull().ShouldContain("Docker Engine");
        return Task.CompletedTask;
    });

    [EngineFact]
    public Task A_container_reports_that_it_runs_and_how_it_ended_and_leaves_nothing() => WithAgentAsync(async session =>
    {
        foreach (var (line, state, status) in ((string, TaskState, int)[])[("exit 0", TaskState.Finished, 0), ("echo out; echo err >&2; exit 3", TaskState.Failed, 3)])
        {
            var task = Shell(line);
            await session.LaunchAsync(task);
            // Before it runs it may tell what its image is.
            await session.UpdateAsync(task, TaskState.Running);
            var end = await session.EndAsync(task);
            (end.State, end.ExitStatus).ShouldBe((state, status));
            end.Message.ShouldBe($"Command exited with status {status}");
            if (status == 3)
            {
                end.StderrTail.ShouldBe("err");
                (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("out\n");
            }
        }
        (await Engine.ContainersAsync()).ShouldBeEmpty();
    });

    [EngineFact]
    public Task It_sees_its_image_its_variables_and_its_sandbox() => WithAgentAsync(async session =>
    {
        var task = Shell("env; pwd; echo made > $MESOS_SANDBOX/made; ls /bin/busybox; test -e /usr || echo alone") with
        {
            Environment = ValueMap.Create(("PORT0", "31005"), ("TEXT", "a b  'c'")),
            SecretEnvironment = ValueMap.Create(("PASSWORD", new SecretText("hidden"))),
        };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message);
        var lines = await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"));
        lines.ShouldContain("PORT0=31005");
        lines.ShouldContain("TEXT=a b  'c'");
        lines.ShouldContain("PASSWORD=hidden");
        lines.ShouldContain("MESOS_SANDBOX=/mnt/mesos/sandbox");
        lines.ShouldContain($"MESOS_TASK_ID={task.TaskId}");
        lines.ShouldContain("/bin/busybox");
        lines.ShouldContain("alone");
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "made"))).ShouldBe("made\n");
    });

    [EngineFact]
    public Task Arguments_go_to_the_image_and_may_take_the_place_of_its_entry_point() => WithAgentAsync(async session =>
    {
        foreach (var (image, argv) in ((ContainerImage, string[])[])
            [(Image, ["echo", "one two", "three"]), (Image with { ReplacesEntrypoint = true }, ["echo", "one two", "three"]), (Image with { Options = [new("entrypoint", "/bin/echo")] }, ["one two", "three"])])
        {
            var task = Shell("") with { Command = new CommandSpec { Argv = [.. argv] }, Image = image };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("one two three\n");
        }
    });

    [EngineFact]
    public Task A_kill_gives_grace_and_then_ends_it() => WithAgentAsync(async session =>
    {
        var polite = Shell("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        var deaf = Shell("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await session.LaunchAsync(polite, deaf);
        await ReadyAsync(session, polite);
        await ReadyAsync(session, deaf);
        await session.KillAsync(polite, grace: 60);
        var end = await session.EndAsync(polite);
        (end.State, end.ExitStatus).ShouldBe((TaskState.Killed, 7));
        await session.KillAsync(deaf, grace: 0.2);
        end = await session.EndAsync(deaf);
        (end.State, end.ExitStatus).ShouldBe((TaskState.Killed, 137));
    });

    [EngineFact]
    public Task It_is_limited_and_measured() => WithAgentAsync(async session =>
    {
        var task = Shell("while :; do :; done", "cpus:0.5;mem:64") with { Image = Image with { Options = [new("ulimit", "nofile=123:456"), new("shm-size", "8m")] } };
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        var made = (await Engine.ContainersAsync()).ShouldHaveSingleItem();
        var host = (await Engine.Client.Containers.InspectContainerAsync(made.ID)).HostConfig!;
        (host.CPUShares, host.Memory, host.MemorySwap, host.PidsLimit, host.ShmSize).ShouldBe((512, 64 << 20, 64 << 20, 4096, 8 << 20));
        (host.Ulimits.Single().Soft, host.Ulimits.Single().Hard).ShouldBe((123, 456));
        TaskUsage? usage;
        while ((usage = (await session.HeartbeatAsync()).Tasks.FirstOrDefault(t => t.TaskId == task.TaskId)) is not { CpuSeconds: > 0.05 })
        {
        }
        usage.MemoryBytes.ShouldBeGreaterThan(0);
        usage.Processes.ShouldBe(1);
    }, heartbeat: 0.2);

    [EngineFact]
    public Task One_that_takes_more_memory_than_it_may_fails_with_that_reason() => WithAgentAsync(async session =>
    {
        var task = Shell("x=0123456789; while :; do x=$x$x; done", "cpus:0.5;mem:32");
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        (end.State, end.Reason).ShouldBe((TaskState.Failed, TaskReasons.MemoryLimit), end.Message);
    });

    [EngineFact]
    public Task On_a_bridge_its_ports_are_mapped_checked_and_its_address_is_told() => WithAgentAsync(async session =>
    {
        var port = FreePort();
        var task = Shell("echo hello > index.html; exec httpd -f -p 8080", $"cpus:0.1;mem:64;ports:[{port}-{port}]") with
        {
            Image = Image with { Network = ContainerNetwork.Bridge, Options = [new("workdir", "/tmp")] },
            Ports = [new PortSpec { HostPort = port, ContainerPort = 8080 }],
            Checks = [new CheckSpec { Purpose = CheckPurpose.Health, Kind = CheckKind.Http, Port = port, Path = "/index.html", IntervalSeconds = 0.1, GracePeriodSeconds = 30 },
                new CheckSpec { Purpose = CheckPurpose.Health, Kind = CheckKind.Command, Command = new CommandSpec { Shell = "test -e /tmp/index.html" }, IntervalSeconds = 0.1, GracePeriodSeconds = 30 },
                new CheckSpec { Purpose = CheckPurpose.Health, Kind = CheckKind.Tcp, Port = 8080, IntervalSeconds = 0.1, GracePeriodSeconds = 30 }],
        };
        await session.LaunchAsync(task);
        var healthy = await session.UpdateAsync(u => u.TaskId == task.TaskId && (u.Healthy == true || u.State.IsTerminal()));
        healthy.State.ShouldBe(TaskState.Running, healthy.Message);
        var address = healthy.IpAddresses.ShouldHaveSingleItem();
        address.ShouldStartWith("10.");
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/index.html"))).ShouldBe("hello\n");
        (await http.GetStringAsync(new Uri($"http://{address}:8080/index.html"))).ShouldBe("hello\n");
        await session.KillAsync(task, grace: 1);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Killed);
    }, change: options => options with { Resources = Resources.Parse("cpus:64;mem:65536;disk:65536;ports:[1024-65535]") });

    [EngineFact]
    public Task Containers_of_a_named_network_find_each_other_by_name() => WithAgentAsync(async session =>
    {
        var network = Image with { Network = ContainerNetwork.Named, NetworkName = "platform-test" };
        var server = Shell("exec sleep 100000") with { Image = network with { Options = [new("network-alias", "web")] } };
        await session.LaunchAsync(server);
        var address = (await session.UpdateAsync(server, TaskState.Running)).IpAddresses.ShouldHaveSingleItem();
        var client = Shell("nslookup web") with { Image = network };
        await session.LaunchAsync(client);
        var end = await session.EndAsync(client);
        end.State.ShouldBe(TaskState.Finished, end.StderrTail);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldContain($"Address: {address}");
        await session.KillAsync(server, grace: 0);
        await session.EndAsync(server);
    });

    [EngineFact]
    public Task It_sees_its_volumes_and_cannot_write_where_it_must_not() => WithAgentAsync(async session =>
    {
        using var host = new TestFolder();
        host.Write("given", "content\n");
        var task = Shell("cat /host/given; echo x > /host/new || echo read only; cat /run/secret; echo kept > /data/kept; echo here > $MESOS_SANDBOX/rel/here; echo e > /ext/file && cat /ext/file") with
        {
            Volumes =
            [
                new VolumeSpec { ContainerPath = "/host", HostPath = host.Path, ReadOnly = true },
                new VolumeSpec { ContainerPath = "/run/secret", Secret = new("word"), ReadOnly = true },
                new VolumeSpec { ContainerPath = "/data", PersistentId = "volume-1" },
                new VolumeSpec { ContainerPath = "rel", HostPath = host.File("rel") },
                new VolumeSpec { ContainerPath = "/ext", External = new() { Name = "platform-test-volume", Driver = "local" } },
            ],
        };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.StderrTail);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("content\nread only\nworde\n");
        (await File.ReadAllTextAsync(host.File("rel/here"))).ShouldBe("here\n");
        File.Exists(host.File("new")).ShouldBeFalse();
        var again = Shell("cat /data/kept") with { Volumes = [new VolumeSpec { ContainerPath = "/data", PersistentId = "volume-1" }] };
        await session.LaunchAsync(again);
        end = await session.EndAsync(again);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("kept\n");
    });

    [EngineFact]
    public Task A_user_a_terminal_and_other_options_are_as_asked() => WithAgentAsync(async session =>
    {
        var task = Shell("id -u; test -w /mnt/mesos/sandbox && echo writable; test -t 1 && echo terminal; hostname; cat /proc/sys/net/core/somaxconn; kill -0 1") with
        {
            Command = new CommandSpec { Shell = "id -u; test -w /mnt/mesos/sandbox && echo writable; test -t 1 && echo terminal; hostname", User = "nobody" },
            Tty = true,
            Image = Image with { Network = ContainerNetwork.Bridge, Options = [new("hostname", "somewhere"), new("cap-drop", "ALL")] },
        };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ReplaceLineEndings("\n").ShouldBe("65534\nwritable\nterminal\nsomewhere\n");
    });

    [EngineFact]
    public Task What_cannot_be_started_fails_with_the_words_of_the_engine() => WithAgentAsync(async session =>
    {
        var missing = Shell("") with { Command = new CommandSpec { Argv = ["/no/such/program"] } };
        await session.LaunchAsync(missing);
        var end = await session.EndAsync(missing);
        (end.State, end.Reason).ShouldBe((TaskState.Failed, TaskReasons.LaunchFailed));
        end.Message.ShouldNotBeNull().ShouldContain("no such file or directory");

        var odd = Shell("exit 0") with { Image = Image with { Options = [new("no-such-option", "1")] } };
        await session.LaunchAsync(odd);
        end = await session.EndAsync(odd);
        end.State.ShouldBe(TaskState.Error);
        end.Message.ShouldNotBeNull().ShouldContain("'no-such-option'");
        (await Engine.ContainersAsync()).ShouldBeEmpty();
    });

    [EngineFact]
    public Task It_is_told_of_the_name_server_and_asks_it_if_it_has_a_network_of_its_own() => WithAgentAsync(async session =>
    {
        const string Look = "echo $PLATFORM_DNS; while read -r word value; do case $word in nameserver) echo $value;; esac; done < /etc/resolv.conf";
        // Of a pod each container has the network of the one that holds it.
        foreach (var group in (string?[])[null, "pod"])
        {
            var task = Shell(Look) with { Group = group, Image = Image with { Network = ContainerNetwork.Bridge } };
            await session.LaunchAsync(task);
            (await WrittenAsync(task)).ShouldBe("192.0.2.53:53\n192.0.2.53\n");
        }
        var own = Shell("echo $PLATFORM_DNS") with { Environment = ValueMap.Create(("PLATFORM_DNS", "mine")) };
        await session.LaunchAsync(own);
        (await WrittenAsync(own)).ShouldBe("mine\n");
        var process = TestTask.Shell("echo $PLATFORM_DNS");
        await session.LaunchAsync(process);
        (await WrittenAsync(process)).ShouldBe("192.0.2.53:53\n");

        async Task<string> WrittenAsync(TaskSpec task) => await File.ReadAllTextAsync(Path.Combine((await session.EndAsync(task)).Sandbox!, "stdout"));
    }, change: options => options with { Dns = new(System.Net.IPAddress.Parse("192.0.2.53"), 53) });

    [EngineFact]
    public Task A_name_server_on_the_loopback_of_the_machine_is_none_for_a_network_of_its_own() => WithAgentAsync(async session =>
    {
        var task = Shell("echo \"<$PLATFORM_DNS>\"") with { Image = Image with { Network = ContainerNetwork.Bridge } };
        await session.LaunchAsync(task);
        (await File.ReadAllTextAsync(Path.Combine((await session.EndAsync(task)).Sandbox!, "stdout"))).ShouldBe("<>\n");
    }, change: options => options with { Dns = new(System.Net.IPAddress.Loopback, 53) });

    [EngineFact]
    public async Task What_it_wrote_last_is_there_though_the_stream_of_its_output_ended_before()
    {
        using var folder = new TestFolder();
        await using var slow = new SlowEngine(Engine.Endpoint, folder.File("engine.sock"), endsOutput: true);
        await WithAgentAsync(async session =>
        {
            var task = Shell("echo first; until test -e $MESOS_SANDBOX/go; do sleep 0.05; done; echo last; echo bad >&2");
            await session.LaunchAsync(task);
            var running = await session.UpdateAsync(task, TaskState.Running);
            await slow.Held.BeforeDeadline();
            await File.WriteAllTextAsync(Path.Combine(running.Sandbox!, "go"), "");
            await EndedAsync(task);
            slow.Release();
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message);
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("first\nlast\n");
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stderr"))).ShouldBe("bad\n");
        }, change: options => options with { Docker = slow.Endpoint });
    }

    [EngineFact]
    public Task Much_output_comes_through_in_order_and_lines_of_any_length_whole() => WithAgentAsync(async session =>
    {
        var task = Shell("seq 1 20000; head -c 100000 /dev/zero | dd bs=100000 2>/dev/null; echo; printf end", "cpus:1;mem:64");
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message);
        var expected = string.Concat(Enumerable.Range(1, 20000).Select(i => $"{i}\n")) + new string('\0', 100000) + "\nend";
        var written = await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"));
        // Two texts of 200,000 characters side by side show nobody where they part.
        var same = written.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        (same == expected.Length && same == written.Length).ShouldBeTrue(
            $"{written.Length} characters instead of {expected.Length}; from {same} on '{written[same..Math.Min(same + 40, written.Length)]}' instead of '{expected[same..Math.Min(same + 40, expected.Length)]}'");
    });

    [EngineFact]
    public async Task A_link_in_the_place_of_its_output_leads_the_agent_to_no_file_of_the_machine()
    {
        using var folder = new TestFolder();
        folder.Write("target", "untouched\n");
        await WithAgentAsync(async session =>
        {
            // They take the files' places in one step: the agent may make its own at any moment.
            var task = Shell($"cd $MESOS_SANDBOX && ln -s {folder.File("target")} a && mv a stdout && ln -s {folder.File("made")} b && mv b stderr && echo out && echo err >&2");
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            end.State.ShouldBe(TaskState.Finished, end.Message);
            (await File.ReadAllTextAsync(folder.File("target"))).ShouldBe("untouched\n");
            File.Exists(folder.File("made")).ShouldBeFalse();
            (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("out\n");
            new FileInfo(Path.Combine(end.Sandbox!, "stdout")).LinkTarget.ShouldBeNull();
        });
    }

    [EngineFact]
    public Task A_new_value_of_a_secret_is_in_its_file_before_its_signal_comes() => WithAgentAsync(async session =>
    {
        var task = Shell("trap 'cat /run/key; echo' USR1; echo ready; while true; do sleep 1000 & wait $!; done") with
        {
            SecretsAsOf = 1,
            Volumes = [new() { ContainerPath = "/run/key", Secret = new("a long first value"), ReadOnly = true }],
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        await TaskOutput.WaitForAsync(running, "ready");
        await session.SendAsync(new() { Secrets = [new() { TaskId = task.TaskId, AsOf = 2, Signal = 10, Files = ValueMap.Create(("/run/key", new SecretText("second"))) }] });
        await session.UpdateAsync(update => update.SecretsAsOf == 2);
        (await TaskOutput.WaitForAsync(running, "second\n")).ShouldBe("ready\nsecond\n");
    });

    [EngineFact]
    public Task A_command_runs_beside_it_with_and_without_a_terminal() => WithAgentAsync(async session =>
    {
        var task = Shell("exec sleep 100000") with { Environment = ValueMap.Create(("COLOR", "red")) };
        await session.LaunchAsync(task);
        await session.UpdateAsync(task, TaskState.Running);
        var exec = await TestExec.StartAsync(session, task, new() { Shell = "test -e /usr || echo alone; echo $COLOR $SIZE; echo bad >&2; cat; exit 7" }, false, ("SIZE", "2"));
        (await exec.NextAsync()).Started.ShouldBeTrue();
        await exec.InputAsync("one\n");
        await exec.WaitForAsync("one\n");
        await exec.SendAsync(input => input with { End = true });
        (await exec.EndAsync()).ExitStatus.ShouldBe(7);
        exec.Output.ShouldBe("alone\nred 2\none\n");
        exec.Errors.ShouldBe("bad\n");

        // A signal ends the shell's read with a failure.
        exec = await TestExec.StartAsync(session, task, new() { Shell = "trap 'stty size' WINCH; id -u; while :; do read line && stty size && echo \"<$line>\"; done", User = "nobody" }, tty: true);
        await exec.SendAsync(input => input with { Columns = 120, Rows = 40 });
        await exec.InputAsync("typed\n");
        await exec.WaitForAsync("40 120");
        await exec.WaitForAsync("<typed>");
        exec.Output.ShouldContain("65534");
        await exec.InputAsync("\u0003");
        (await exec.EndAsync()).ExitStatus.ShouldBe(130);

        exec = await TestExec.StartAsync(session, task, new() { Shell = "echo ready; exec sleep 90000" });
        await exec.WaitForAsync("ready");
        await exec.SendAsync(input => input with { Signal = 9 });
        (await exec.EndAsync()).ExitStatus.ShouldBe(137);
        await session.KillAsync(task, grace: 0);
        await session.EndAsync(task);
    });
}
