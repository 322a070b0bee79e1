using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Isolation;

/// <summary>What real processes of tasks see of their machine, and what they can do to it.</summary>
public sealed class ProcessIsolationTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RootFact]
    public Task A_read_only_volume_is_read_only_by_every_path_and_for_commands_beside_the_task() => WithAgentAsync(null, async session =>
    {
        var data = _folder.File("data");
        Directory.CreateDirectory(Path.Combine(data, "out"));
        await File.WriteAllTextAsync(Path.Combine(data, "given"), "text");
        const string Look =
            "cat link/given; echo x > link/new; echo x > $DATA/new; echo x > $DATA/given; echo x > $DATA/out/kept; mount -o remount,rw $DATA 2>&1; echo y > $DATA/new";
        var task = TestTask.Shell($"{Look}; echo over; exec sleep 100000") with
        {
            Environment = ValueMap.Create(("DATA", data)),
            Volumes =
            [
                new VolumeSpec { ContainerPath = "link", HostPath = data, ReadOnly = true },
                new VolumeSpec { ContainerPath = "own", HostPath = Path.Combine(data, "out") },
            ],
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        var output = await TaskOutput.WaitForAsync(running, "over");
        output.ShouldStartWith("text");
        File.Exists(Path.Combine(data, "new")).ShouldBeFalse();
        (await File.ReadAllTextAsync(Path.Combine(data, "given"))).ShouldBe("text");
        (await File.ReadAllTextAsync(Path.Combine(data, "out/kept"))).ShouldBe("x\n");
        var beside = await TestExec.StartAsync(session, task, new() { Shell = "echo x > link/beside; cat link/given; exit 3" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(3);
        beside.Output.ShouldBe("text");
        File.Exists(Path.Combine(data, "beside")).ShouldBeFalse();
        // Nobody else is bound by it.
        await File.WriteAllTextAsync(Path.Combine(data, "new"), "");
    });

    [UserNamespaceFact]
    public async Task An_agent_that_is_not_root_makes_volumes_read_only_in_user_namespaces()
    {
        await using var master = await TestMaster.StartAsync();
        var data = _folder.File("data");
        Directory.CreateDirectory(data);
        foreach (var folder in (string[])[_folder.Path, data])
            _ = Libc.ChangeOwner(folder, UserNamespaceFactAttribute.User, UserNamespaceFactAttribute.User);
        await using var agent = AgentProcess.Start(master, _folder, null, UserNamespaceFactAttribute.Become, []);
        var session = await master.AcceptAsync();
        session.Registration.Isolation!.ShouldContain("; filesystem/linux; namespaces/ipc and namespaces/pid for tasks that ask;");
        var task = TestTask.Shell("id -u; echo x > link/new; echo x > $DATA/new; mount -o remount,bind,rw $DATA; echo x > own; echo over; exec sleep 100000") with
        {
            Environment = ValueMap.Create(("DATA", data)),
            Volumes = [new VolumeSpec { ContainerPath = "link", HostPath = data, ReadOnly = true }],
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        (await TaskOutput.WaitForAsync(running, "over")).ShouldBe($"{UserNamespaceFactAttribute.User}\nover\n");
        File.Exists(Path.Combine(running.Sandbox!, "own")).ShouldBeTrue();
        var beside = await TestExec.StartAsync(session, task, new() { Shell = "echo x > link/beside; id -u" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.ShouldBe($"{UserNamespaceFactAttribute.User}\n");
        Directory.GetFiles(data).ShouldBeEmpty();
        await session.KillAsync(task);
        await session.EndAsync(task);
    }

    [UserNamespaceFact]
    public async Task An_agent_that_is_not_root_gives_tasks_processes_of_their_own_in_user_namespaces()
    {
        await using var master = await TestMaster.StartAsync();
        var data = _folder.File("data");
        Directory.CreateDirectory(data);
        foreach (var folder in (string[])[_folder.Path, data])
            _ = Libc.ChangeOwner(folder, UserNamespaceFactAttribute.User, UserNamespaceFactAttribute.User);
        await using var agent = AgentProcess.Start(master, _folder, null, UserNamespaceFactAttribute.Become, []);
        var session = await master.AcceptAsync();
        const string List = "for one in /proc/[0-9]*; do echo ${one#/proc/}; done | sort -n | head -2 | tr '\\n' ' '";
        var task = TestTask.Shell($"(setsid sh -c 'trap \"\" TERM; while :; do sleep 0.01; done' &); {List}; id -u; grep CapEff /proc/self/status; echo x > link/new; exec sleep 100000") with
        {
            Isolation = new() { SharesProcesses = false },
            Volumes = [new VolumeSpec { ContainerPath = "link", HostPath = data, ReadOnly = true }],
            KillGraceSeconds = 50,
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        (await TaskOutput.WaitForAsync(running, "CapEff:\t0000000000000000\n")).ShouldBe($"1 2 {UserNamespaceFactAttribute.User}\nCapEff:\t0000000000000000\n");
        var inside = InNamespaceOf(running.ProcessId!.Value);
        inside.Count.ShouldBeGreaterThan(2);
        var beside = await TestExec.StartAsync(session, task, new() { Shell = $"{List}; kill -0 2 && echo same; echo x > link/beside; id -u" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.ShouldBe($"1 2 same\n{UserNamespaceFactAttribute.User}\n");
        Directory.GetFiles(data).ShouldBeEmpty();

        await session.KillAsync(task);
        var end = await session.EndAsync(task);
        (end.State, end.Signal).ShouldBe((TaskState.Killed, Libc.SigTerm));
        inside.ShouldAllBe(pid => !File.Exists($"/proc/{pid}/stat") || ProcessTable.Read(pid) == null || ProcessTable.Read(pid)!.Value.State == 'Z');
    }

    [RootFact]
    public Task A_volume_at_an_absolute_path_of_the_machine_is_seen_there_by_the_task_alone() => WithAgentAsync(null, async session =>
    {
        var (source, target) = (_folder.File("source"), _folder.File("target"));
        Directory.CreateDirectory(source);
        Directory.CreateDirectory(target);
        var task = TestTask.Shell($"echo mine > {target}/file") with { Volumes = [new VolumeSpec { ContainerPath = target, HostPath = source }] };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        end.State.ShouldBe(TaskState.Finished, end.Message + end.StderrTail);
        (await File.ReadAllTextAsync(Path.Combine(source, "file"))).ShouldBe("mine\n");
        Directory.GetFileSystemEntries(target).ShouldBeEmpty();

        task = TestTask.Shell("true") with { Volumes = [new VolumeSpec { ContainerPath = _folder.File("nowhere"), HostPath = source }] };
        await session.LaunchAsync(task);
        (await session.EndAsync(task)).Message.ShouldBe(
            $"Volume {_folder.File("nowhere")}: a process sees the agent's own file system, which has no folder of this path to mount it on; make one, or give a path relative to the sandbox");
    });

    [Fact]
    public Task A_read_only_volume_is_refused_where_the_agent_makes_no_mounts() => WithAgentAsync(options => options with { Isolation = ["posix/cpu"] }, async session =>
    {
        session.Registration.Isolation!.ShouldContain("; no isolators of processes;");
        var task = TestTask.Shell("true") with { Volumes = [new VolumeSpec { ContainerPath = "link", HostPath = _folder.Path, ReadOnly = true }] };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        (end.State, end.Reason).ShouldBe((TaskState.Failed, TaskReasons.LaunchFailed));
        end.Message!.ShouldStartWith("Volume link: it is read-only, which takes a mount, and this agent makes none for processes");
    });

    [RootFact]
    public Task A_task_with_processes_of_its_own_sees_no_others_ends_by_SIGTERM_and_takes_all_with_it() => WithAgentAsync(null, async session =>
    {
        const string List = "for one in /proc/[0-9]*; do echo ${one#/proc/}; done | sort -n | head -2 | tr '\\n' ' '";
        var task = TestTask.Shell($"(setsid sh -c 'trap \"\" TERM; while :; do sleep 0.01; done' &); {List}; exec sleep 100000") with
        {
            Isolation = new() { SharesProcesses = false },
            KillGraceSeconds = 50,
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        // The first keeps the namespace, the second is the task.
        (await TaskOutput.WaitForAsync(running, "1 2 ")).ShouldBe("1 2 ");
        ProcessTable.Read(running.ProcessId!.Value).ShouldNotBeNull();
        var inside = InNamespaceOf(running.ProcessId.Value);
        inside.Count.ShouldBeGreaterThan(2);
        var beside = await TestExec.StartAsync(session, task, new() { Shell = $"{List}; kill -0 2 && echo same" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.ShouldBe("1 2 same\n");
        // Control-C is for the command, and not for what brought it there.
        var terminal = await TestExec.StartAsync(session, task, new() { Shell = "trap 'echo caught' INT; echo ready; until read line; do :; done; echo \"<$line>\"" }, tty: true);
        await terminal.WaitForAsync("ready");
        await terminal.InputAsync("\u0003");
        await terminal.WaitForAsync("caught");
        await terminal.InputAsync("typed\n");
        await terminal.WaitForAsync("<typed>");
        (await terminal.EndAsync()).ExitStatus.ShouldBe(0);
        await session.KillAsync(task);
        var end = await session.EndAsync(task);
        (end.State, end.Signal).ShouldBe((TaskState.Killed, Libc.SigTerm));
        inside.ShouldAllBe(pid => !File.Exists($"/proc/{pid}/stat") || ProcessTable.Read(pid) == null || ProcessTable.Read(pid)!.Value.State == 'Z');
    });

    [RootTheory]
    [InlineData("exit 3", 3, null)]
    [InlineData("kill -9 $$", null, null)] // the first of a namespace would not hear it
    [InlineData("exit 0", 0, true)]
    public Task The_agent_gives_every_task_processes_of_its_own_when_it_is_told_to(string line, int? status, bool? shares) =>
        WithAgentAsync(options => options with { Isolation = ["namespaces/pid", "filesystem/linux"] }, async session =>
        {
            session.Registration.Isolation!.ShouldContain("; filesystem/linux, namespaces/pid;");
            var task = TestTask.Shell($"readlink /proc/self/ns/pid; {line}") with { Isolation = shares is null ? null : new() { SharesProcesses = shares } };
            await session.LaunchAsync(task);
            var end = await session.EndAsync(task);
            (end.ExitStatus, end.Signal).ShouldBe((status, status is null ? Libc.SigKill : null));
            var seen = (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).Trim();
            (seen == new FileInfo("/proc/self/ns/pid").LinkTarget).ShouldBe(shares == true);
        });

    [RootFact]
    public async Task An_agent_takes_the_start_script_of_one_of_Mesos()
    {
        await using var master = await TestMaster.StartAsync();
        await using var agent = AgentProcess.Start(
            master, _folder, null, "--isolation=cgroups/cpu,network/cni,namespaces/pid,linux/capabilities",
            "--effective_capabilities={\"capabilities\":[\"KILL\"]}", "--bounding_capabilities", "KILL,CHOWN");
        var session = await master.AcceptAsync();
        session.Registration.Isolation!.ShouldContain("; linux/capabilities, namespaces/pid;");
        var task = TestTask.Shell("grep CapBnd: /proc/self/status; echo $$");
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("CapBnd:\t0000000000000020\n2\n"); // KILL 5; the second of its namespace
    }

    [RootFact]
    public Task System_V_memory_and_shared_memory_are_the_tasks_own_when_it_asks() => WithAgentAsync(null, async session =>
    {
        const string Look = "readlink /proc/self/ns/ipc; df -m /dev/shm | tail -1 | awk '{print $2}'";
        var task = TestTask.Shell(Look) with { Isolation = new() { PrivateIpc = true, SharedMemory = 7 } };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        var lines = await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"));
        lines[0].ShouldNotBe(new FileInfo("/proc/self/ns/ipc").LinkTarget);
        lines[1].ShouldBe("7");
    });

    [RootTheory]
    [InlineData(null, "0000000000001400", "0000000000001400", "0000000000000000")] // CHOWN 0 .. NET_BIND_SERVICE 10, NET_ADMIN 12: 0x400 + 0x1000
    [InlineData("nobody", "0000000000001400", "0000000000001400", "0000000000001400")]
    public Task Capabilities_of_a_task_are_those_that_it_asks_for(string? user, string effective, string bounding, string ambientOfUser) => WithAgentAsync(null, async session =>
    {
        var task = TestTask.Shell("") with
        {
            Command = new() { Shell = "grep Cap /proc/self/status", User = user },
            Isolation = new() { EffectiveCapabilities = ["NET_BIND_SERVICE", "NET_ADMIN"] },
        };
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        var sets = (await File.ReadAllLinesAsync(Path.Combine(end.Sandbox!, "stdout"))).Select(line => line.Split(':')).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        (sets["CapEff"], sets["CapPrm"], sets["CapBnd"]).ShouldBe((effective, effective, bounding));
        if (user is not null)
            sets["CapAmb"].ShouldBe(ambientOfUser);
    });

    [RootFact]
    public Task No_task_goes_beyond_the_bound_of_its_agent() => WithAgentAsync(options => options with { BoundingCapabilities = ["CHOWN", "KILL"] }, async session =>
    {
        var plain = TestTask.Shell("grep CapBnd /proc/self/status; chroot / true; echo $?");
        await session.LaunchAsync(plain);
        var end = await session.EndAsync(plain);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("CapBnd:\t0000000000000021\n125\n"); // CHOWN 0, KILL 5
        var greedy = TestTask.Shell("true") with { Isolation = new() { EffectiveCapabilities = ["SYS_ADMIN", "KILL"] } };
        await session.LaunchAsync(greedy);
        (await session.EndAsync(greedy)).Message.ShouldBe("The task asks for the capabilities SYS_ADMIN, which --bounding-capabilities of this agent does not have");
    });

    [RootFact]
    public Task Dangerous_system_calls_are_refused_to_tasks_and_what_runs_beside_them_unless_a_task_is_unconfined() => WithAgentAsync(null, async session =>
    {
        session.Registration.Isolation!.ShouldContain("linux/seccomp");
        const string Try = "grep Seccomp: /proc/self/status; swapoff /no-such-file 2>&1; echo over";
        var confined = TestTask.Shell($"{Try}; exec sleep 100000") with
        {
            Checks = [new CheckSpec { Kind = CheckKind.Command, Command = new() { Shell = "grep Seccomp: /proc/self/status > checked; true" }, IntervalSeconds = 0.1 }],
        };
        await session.LaunchAsync(confined);
        var running = await session.UpdateAsync(confined, TaskState.Running);
        (await TaskOutput.WaitForAsync(running, "over")).ShouldBe("Seccomp:\t2\nswapoff: Not superuser.\nover\n");
        await TaskOutput.WaitForAsync(running, "Seccomp:\t2", "checked");
        var unconfined = TestTask.Shell(Try) with { Isolation = new() { Unconfined = true } };
        await session.LaunchAsync(unconfined);
        var end = await session.EndAsync(unconfined);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("Seccomp:\t0\nswapoff: /no-such-file: swapoff failed: No such file or directory\nover\n");
    });

    [RootFact]
    public Task No_rights_are_won_by_executing_a_program_when_the_agent_is_told_so() => WithAgentAsync(options => options with { Isolation = ["linux/nnp"] }, async session =>
    {
        var task = TestTask.Shell("grep NoNewPrivs: /proc/self/status");
        await session.LaunchAsync(task);
        var end = await session.EndAsync(task);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("NoNewPrivs:\t1\n");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_task_has_a_terminal_whose_output_is_written_down_whether_the_agent_is_there_or_not(bool asUser)
    {
        await using var master = await TestMaster.StartAsync();
        _folder.OpenToOthers();
        const string Line = "tty; stty size; echo error >&2; until [ -e go ]; do sleep 0.01; done; seq 1 5000; echo $TERM; exit 4";
        var task = TestTask.Shell("") with { Command = new() { Shell = Line, User = asUser ? "nobody" : null }, Tty = true };
        var agent = TestAgent.Start(TestAgent.Options(master, _folder), keepTasks: true);
        TaskUpdate running;
        try
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(task);
            running = await session.UpdateAsync(task, TaskState.Running);
            await TaskOutput.WaitForAsync(running, "error");
            await agent.StopAsync();
        }
        finally
        {
            await agent.DisposeAsync();
        }
        await File.WriteAllTextAsync(Path.Combine(running.Sandbox!, "go"), "");
        await TaskOutput.WaitForAsync(running, "xterm");
        await using var next = TestAgent.Start(TestAgent.Options(master, _folder));
        var end = await (await master.AcceptAsync()).EndAsync(task);
        (end.State, end.ExitStatus).ShouldBe((TaskState.Failed, 4));
        var lines = (await File.ReadAllTextAsync(Path.Combine(running.Sandbox!, "stdout"))).Split("\r\n");
        lines[0].ShouldStartWith("/dev/pts/");
        lines[1..3].ShouldBe(["24 80", "error"]);
        lines[3..^2].ShouldBe(Enumerable.Range(1, 5000).Select(number => $"{number}"));
    }

    private async Task WithAgentAsync(Func<AgentOptions, AgentOptions>? change, Func<TestSession, Task> test)
    {
        await using var master = await TestMaster.StartAsync();
        var options = TestAgent.Options(master, _folder);
        await using var agent = TestAgent.Start(change?.Invoke(options) ?? options);
        await test(await master.AcceptAsync());
    }

    private static List<int> InNamespaceOf(int process)
    {
        var own = new FileInfo($"/proc/{process}/ns/pid").LinkTarget;
        return [.. ProcessTable.ReadAll().Select(entry => entry.Pid).Where(pid => new FileInfo($"/proc/{pid}/ns/pid").LinkTarget == own)];
    }
}
