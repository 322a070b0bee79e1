using Platform.Agent.Files;
using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Isolation;

/// <summary>Tasks of an agent that runs as root, in user namespaces: root in them is nobody on the machine.</summary>
public sealed class UserNamespaceTests : IDisposable
{
    private const uint First = 700_000_000, Nobody = 65_534;

    private readonly TestFolder _folder = new();

    public UserNamespaceTests() => File.SetUnixFileMode(_folder.Path, (UnixFileMode)0b111_101_101);

    public void Dispose()
    {
        TestAgent.KillTasks(_folder.File("work"));
        _folder.Dispose();
    }

    [RootTheory]
    [InlineData(null, "0", "0", First)]
    [InlineData("nobody", "65534", "65534", First + Nobody)]
    public Task A_task_is_root_or_its_user_inside_and_nobody_on_the_machine(string? user, string uid, string gid, uint owner) => WithAgentAsync(async session =>
    {
        session.Registration.Isolation!.ShouldContain("namespaces/user");
        var secret = _folder.Write("secret", "unspeakable");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var task = TestTask.Shell("") with
        {
            Command = new() { Shell = $"id -u; id -g; cat {secret}; echo x > {secret}; kill -0 {Environment.ProcessId}; cat password; echo mine > own; cd; pwd; echo over; exec sleep 100000", User = user },
            Volumes = [new VolumeSpec { ContainerPath = "password", Secret = new("pass ") }],
            SecretsAsOf = 1,
            Fetch = [new FetchSpec { Uri = _folder.Write("fetched", "text") }],
            Checks = [new CheckSpec { Kind = CheckKind.Command, Command = new() { Shell = "id -u > checked; cat fetched >> checked" }, IntervalSeconds = 0.1 }],
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        (await TaskOutput.WaitForAsync(running, "over")).ShouldBe($"{uid}\n{gid}\npass {running.Sandbox}\nover\n");
        var problems = await File.ReadAllTextAsync(Path.Combine(running.Sandbox!, "stderr"));
        problems.ShouldContain($"{secret}: Permission denied");
        problems.ShouldContain("kill: ");
        (await File.ReadAllTextAsync(secret)).ShouldBe("unspeakable");
        foreach (var file in (string[])["", "stdout", "own", "fetched"])
            FileOwner.Of(Path.Combine(running.Sandbox!, file))!.Value.User.ShouldBe(owner, file);
        OwnerOfProcess(running.ProcessId!.Value).ShouldBe(owner);
        await TaskOutput.WaitForAsync(running, $"{uid}\ntext", "checked");

        var beside = await TestExec.StartAsync(session, task, new() { Shell = $"id -u; readlink /proc/self/ns/user; echo x > beside; cat {secret}; exit 3" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(3);
        beside.Output.ShouldStartWith($"{uid}\n{new FileInfo($"/proc/{running.ProcessId}/ns/user").LinkTarget}\n");
        beside.Output.ShouldNotContain("unspeakable");
        var terminal = await TestExec.StartAsync(session, task, new() { Shell = "tty > typed; id -u; read line < $(tty); echo \"<$line>\"" }, tty: true);
        await terminal.WaitForAsync(uid);
        await terminal.InputAsync("word\n");
        await terminal.WaitForAsync("<word>");
        (await terminal.EndAsync()).ExitStatus.ShouldBe(0);
        FileOwner.Of(Path.Combine(running.Sandbox!, "typed"))!.Value.User.ShouldBe(owner);
        (await session.ReadAsync(new() { TaskId = task.TaskId, Path = "own" })).Error.ShouldBeNull();
        await session.SendAsync(new() { Secrets = [new() { TaskId = task.TaskId, AsOf = 2, Files = ValueMap.Create(("password", new SecretText("renewed"))) }] });
        await session.UpdateAsync(update => update.SecretsAsOf == 2);
        beside = await TestExec.StartAsync(session, task, new() { Shell = "cat password" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.ShouldBe("renewed");

        await session.KillAsync(task);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Killed);
    });

    [RootFact]
    public Task Read_only_volumes_processes_of_its_own_capabilities_and_a_terminal_go_with_it() => WithAgentAsync(async session =>
    {
        var data = Directory.CreateDirectory(_folder.File("data")).FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_111_111);
        const string Look = "id -u; tty; echo x > link/new; mount -o remount,rw $DATA; umount $DATA; echo x > $DATA/new; grep -e CapBnd -e Seccomp: /proc/self/status; kill -0 2 && echo own; chown 5 own; stat -c %u own";
        var task = TestTask.Shell($"touch own; {Look}; echo over; exec sleep 100000") with
        {
            Environment = ValueMap.Create(("DATA", data)),
            Isolation = new() { SharesProcesses = false, PrivateIpc = true, EffectiveCapabilities = ["CHOWN", "SYS_ADMIN"] },
            Volumes = [new VolumeSpec { ContainerPath = "link", HostPath = data, ReadOnly = true }],
            Tty = true,
        };
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        var output = await TaskOutput.WaitForAsync(running, "over");
        output.ShouldStartWith("0\r\n/dev/pts/");
        output.ShouldContain("CapBnd:\t0000000000200001\r\nSeccomp:\t2\r\n"); // CHOWN 0, SYS_ADMIN 21
        output.ShouldEndWith("own\r\n5\r\nover\r\n");
        FileOwner.Of(Path.Combine(running.Sandbox!, "own"))!.Value.User.ShouldBe(First + 5);
        var beside = await TestExec.StartAsync(session, task, new() { Shell = "id -u; kill -0 2 && echo same; echo x > link/beside" });
        (await beside.EndAsync()).ExitStatus.ShouldNotBe(0);
        beside.Output.ShouldStartWith("0\nsame\n");
        Directory.GetFiles(data).ShouldBeEmpty();
        await session.KillAsync(task);
        (await session.EndAsync(task)).Signal.ShouldBe(Libc.SigTerm);
    }, "namespaces/user,filesystem/linux,namespaces/pid,namespaces/ipc,linux/seccomp,linux/capabilities");

    [RootFact]
    public async Task A_task_stays_in_its_namespace_when_the_agent_is_killed_and_comes_back_without_the_isolator()
    {
        await using var master = await TestMaster.StartAsync();
        var task = TestTask.Forever();
        TaskUpdate running;
        await using (var agent = AgentProcess.Start(master, _folder, null, "--isolation", "namespaces/user", "--mapped-ids", $"{First}"))
        {
            var session = await master.AcceptAsync();
            await session.LaunchAsync(task);
            running = await session.UpdateAsync(task, TaskState.Running);
            await agent.KillAsync();
        }
        OwnerOfProcess(running.ProcessId!.Value).ShouldBe(First);
        await using var next = AgentProcess.Start(master, _folder, null);
        var again = await master.AcceptAsync();
        again.Registration.Tasks.ShouldHaveSingleItem().Status.ProcessId.ShouldBe(running.ProcessId);
        var beside = await TestExec.StartAsync(again, task, new() { Shell = "id -u; echo x > beside" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.ShouldBe("0\n");
        FileOwner.Of(Path.Combine(running.Sandbox!, "beside"))!.Value.User.ShouldBe(First);
        await again.KillAsync(task);
        (await again.EndAsync(task)).State.ShouldBe(TaskState.Killed);
    }

    [RootFact]
    public async Task What_tasks_without_a_namespace_left_in_a_persistent_volume_belongs_to_those_with_one()
    {
        await using var master = await TestMaster.StartAsync();
        var volume = new VolumeSpec { ContainerPath = "data", PersistentId = "v" };
        var outside = _folder.Write("outside", "");
        await using (var before = TestAgent.Start(TestAgent.Options(master, _folder)))
        {
            var session = await master.AcceptAsync();
            var writer = TestTask.Shell($"mkdir data/sub; echo kept > data/sub/file; chmod 600 data/sub/file; ln -s {outside} data/sub/link; ln {outside} data/other; chown 7:8 data/sub") with { Volumes = [volume] };
            await session.LaunchAsync(writer);
            (await session.EndAsync(writer)).State.ShouldBe(TaskState.Finished);
        }
        await using var agent = TestAgent.Start(TestAgent.Options(master, _folder) with { Isolation = ["namespaces/user"], MappedIds = First });
        var next = await master.AcceptAsync();
        var reader = TestTask.Shell("cat data/sub/file; stat -c %u:%g data/sub data/sub/file; echo more > data/more") with { Volumes = [volume] };
        await next.LaunchAsync(reader);
        var end = await next.EndAsync(reader);
        end.State.ShouldBe(TaskState.Finished, end.StderrTail);
        (await File.ReadAllTextAsync(Path.Combine(end.Sandbox!, "stdout"))).ShouldBe("kept\n7:8\n0:0\n");
        // Nothing is followed out of the volume.
        FileOwner.Of(_folder.File("work/volumes/v/sub/link"))!.Value.User.ShouldBe(First);
        FileOwner.Of(_folder.File("work/volumes/v/more"))!.Value.User.ShouldBe(First);
    }

    [RootFact]
    public async Task An_agent_without_ids_for_it_or_a_way_to_its_sandboxes_does_not_start()
    {
        await using var master = await TestMaster.StartAsync();
        var options = TestAgent.Options(master, _folder) with { Isolation = ["namespaces/user"], MappedIds = First };
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await using var closed = TestAgent.Start(options);
        (await Should.ThrowAsync<AgentStartException>(closed.Completion.BeforeDeadline())).Message.ShouldBe(
            $"--isolation: with namespaces/user tasks are nobody on this machine, and {_folder.Path} lets nobody in, so that they could not reach their sandboxes. Make it so (chmod o+x), or choose another --work-dir.");
    }

    private async Task WithAgentAsync(Func<TestSession, Task> test, string isolation = "namespaces/user,linux/seccomp")
    {
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, _folder) with { Isolation = isolation.Split(',').ToValueList(), MappedIds = First });
        await test(await master.AcceptAsync());
    }

    private static uint OwnerOfProcess(int pid) =>
        uint.Parse(File.ReadLines($"/proc/{pid}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1]);
}
