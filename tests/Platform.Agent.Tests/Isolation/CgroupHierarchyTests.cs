using System.Diagnostics;
using Platform.Agent.Isolation;
using Platform.Agent.Processes;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Isolation;

/// <summary>Version 2 on the kernel's own hierarchy, with whatever controllers that has.</summary>
public sealed class CgroupHierarchyTests : IDisposable
{
    // What is in the place of the agent's own program: without the hierarchies of version 1, which a machine with both has, in mounts of its own.
    private const string WithoutVersion1 = "for one in $(awk '$3 == \"cgroup\" { print $2 }' /proc/self/mounts); do umount -l $one || exit 1; done; ";

    private const long Memory = 64 * 1024 * 1024;

    private readonly TestFolder _folder = new();
    private readonly string _path = $"platform-test-{Guid.NewGuid():N}";

    private static string Mount => HierarchyFactAttribute.Mount!;

    private string Root => Path.Combine(Mount, _path);

    public void Dispose()
    {
        TestAgent.KillTasks(_folder.File("work"));
        _folder.Dispose();
        if (!Directory.Exists(Root))
            return;
        var all = new TaskCgroup { Folders = [Root], KillFile = Path.Combine(Root, "cgroup.kill") };
        all.KillAll();
        all.TryRemove();
    }

    [HierarchyFact]
    public async Task Processes_are_found_killed_and_known_to_be_gone_however_they_fork()
    {
        var layout = new CgroupVersion2(Mount, _path, CpuLimitMode.Shares);
        var group = layout.Create("t", new(1.5, null, Memory, 100));
        // One in a session of its own, and one that is another process at each moment.
        using var task = Join(group, "setsid sh -c 'trap \"\" TERM; sleep 100000' & flee() { flee & }; flee; echo ready; exec sleep 100000");
        (await task.StandardOutput.ReadLineAsync(Deadline.Token())).ShouldBe("ready");
        group.Processes().ShouldContain(task.Id);
        group.Processes().Count.ShouldBeGreaterThan(2);
        group.CpuSeconds().ShouldNotBeNull();
        group.TryRemove().ShouldBeFalse();
        File.Exists(group.KillFile).ShouldBeTrue();
        group.KillAll();
        await task.WaitForExitAsync(Deadline.Token());
        await EmptyAsync(group);
        group.Processes().ShouldBeEmpty();
        group.TryRemove().ShouldBeTrue();
        layout.List().ShouldBeEmpty();
        layout.RemoveEmptyFolders();
        Directory.Exists(Root).ShouldBeFalse();
    }

    [HierarchyFact]
    public async Task Groups_that_a_task_made_in_its_own_go_with_it()
    {
        var group = new CgroupVersion2(Mount, _path, CpuLimitMode.Shares).Create("t", new(1, null, Memory, 100));
        using var task = Join(group, "mkdir $0/own $0/own/deep; echo 0 > $0/own/deep/cgroup.procs; echo ready; exec sleep 100000");
        (await task.StandardOutput.ReadLineAsync(Deadline.Token())).ShouldBe("ready");
        group.TryRemove().ShouldBeFalse();
        group.KillAll();
        await task.WaitForExitAsync(Deadline.Token());
        await EmptyAsync(group);
        group.TryRemove().ShouldBeTrue();
    }

    [HierarchyFact]
    public void Each_controller_that_the_kernel_has_is_handed_down_to_tasks()
    {
        foreach (var controller in HierarchyFactAttribute.Controllers)
        {
            var before = File.ReadAllText(Path.Combine(Mount, "cgroup.subtree_control"));
            var layout = new CgroupVersion2(Mount, $"{_path}/agent", CpuLimitMode.Shares, [controller, "no-such"]);
            layout.Description.ShouldStartWith($"cgroups version 2: {controller};", Case.Sensitive, controller);
            layout.Description.ShouldEndWith("to the agent: no-such");
            var group = layout.Create("t", new(1, null, Memory, 100));
            File.ReadAllText(Path.Combine(group.Folders[0], "cgroup.controllers")).Split([' ', '\n']).ShouldContain(controller);
            group.TryRemove().ShouldBeTrue();
            new TaskCgroup { Folders = [Root] }.TryRemove().ShouldBeTrue();
            // Agents of other tests have those that they want.
            if (!before.Split([' ', '\n']).Contains(controller) && !CgroupVersion2.Wanted.Contains(controller))
                File.WriteAllText(Path.Combine(Mount, "cgroup.subtree_control"), "-" + controller);
        }
    }

    [HierarchyFact("pids")]
    public async Task No_more_processes_than_the_limit()
    {
        var group = new CgroupVersion2(Mount, _path, CpuLimitMode.Shares).Create("t", new(1, null, null, 4));
        using var task = Join(group, "for i in 1 2 3 4 5 6; do sleep 100000 & done; wait");
        // The shell gives up when the kernel refuses a fork.
        await task.WaitForExitAsync(Deadline.Token());
        task.ExitCode.ShouldNotBe(0);
        group.Processes().Count.ShouldBe(3);
    }

    [HierarchyFact("memory")]
    public async Task A_process_that_takes_more_memory_than_the_limit_is_killed_and_that_is_counted()
    {
        var group = new CgroupVersion2(Mount, _path, CpuLimitMode.Shares).Create("t", new(1, null, Memory, null));
        group.OomKills().ShouldBe(0);
        using var task = Join(group, "head -c 200M /dev/zero | tail -c 190M | wc -c");
        await task.WaitForExitAsync(Deadline.Token());
        group.OomKills().ShouldBeGreaterThan(0);
        group.MemoryBytes().ShouldNotBeNull();
    }

    [HierarchyFact("cpu")]
    public void A_share_and_a_quota_of_processors_are_taken_by_the_kernel()
    {
        var group = new CgroupVersion2(Mount, _path, CpuLimitMode.Quota).Create("t", new(1.5, 0.5, null, null));
        File.ReadAllText(Path.Combine(group.Folders[0], "cpu.weight")).ShouldBe("150\n");
        File.ReadAllText(Path.Combine(group.Folders[0], "cpu.max")).ShouldBe("50000 100000\n");
    }

    [HierarchyFact]
    public async Task An_agent_on_a_machine_with_nothing_else_keeps_its_tasks_in_it()
    {
        await using var master = await TestMaster.StartAsync();
        string[] by = ["/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", WithoutVersion1 + "exec \"$@\"", "by"];
        await using (AgentProcess.Start(master, _folder, null, by, ["--cgroup-root", _path]))
            await RunAsync(await master.AcceptAsync(), $"/{_path}/");
        Directory.EnumerateDirectories(Root).ShouldBeEmpty();
    }

    [HierarchyFact(delegated: true)]
    public async Task An_agent_that_is_not_root_keeps_its_tasks_in_the_part_that_it_was_given()
    {
        await using var master = await TestMaster.StartAsync();
        var leaf = Directory.CreateDirectory(Path.Combine(Root, "agent")).FullName;
        foreach (var given in (string[])[Root, leaf, .. ((string[])["cgroup.procs", "cgroup.subtree_control", "cgroup.threads"]).SelectMany(file => (string[])[Path.Combine(Root, file), Path.Combine(leaf, file)])])
            _ = Libc.ChangeOwner(given, UserNamespaceFactAttribute.User, UserNamespaceFactAttribute.User);
        _ = Libc.ChangeOwner(_folder.Path, UserNamespaceFactAttribute.User, UserNamespaceFactAttribute.User);
        string[] by =
        [
            "/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", $"{WithoutVersion1}echo 0 > {leaf}/cgroup.procs; exec \"$@\"", "by", .. UserNamespaceFactAttribute.Become,
        ];
        await using var agent = AgentProcess.Start(master, _folder, null, by, ["--cgroup-root", _path]);
        await RunAsync(await master.AcceptAsync(), $"/{_path}/");
    }

    // A task with processes that it leaves behind, until all of them are gone.
    private static async Task RunAsync(TestSession session, string below)
    {
        session.Registration.Isolation!.ShouldStartWith("cgroups version 2: ");
        var missing = CgroupVersion2.Wanted.Except(HierarchyFactAttribute.Controllers).ToList();
        if (missing.Count > 0)
            session.Registration.Isolation.ShouldContain($"not limited, since this machine does not hand on the controller to the agent: {string.Join(", ", missing)}");
        var task = TestTask.Shell("(setsid sh -c 'trap \"\" TERM; echo $$ > stray; while :; do sleep 0.01; done' &); grep '^0:' /proc/self/cgroup; exec sleep 100000");
        await session.LaunchAsync(task);
        var running = await session.UpdateAsync(task, TaskState.Running);
        var stray = int.Parse(await TaskOutput.WaitForAsync(running, "\n", "stray"));
        var group = (await TaskOutput.WaitForAsync(running, "\n")).Trim()["0::".Length..];
        group.ShouldStartWith(below);
        File.ReadAllLines(Path.Combine(Mount, group[1..], "cgroup.procs")).ShouldContain($"{stray}");
        var beside = await TestExec.StartAsync(session, task, new() { Shell = "grep '^0:' /proc/self/cgroup" });
        (await beside.EndAsync()).ExitStatus.ShouldBe(0);
        beside.Output.Trim().ShouldBe("0::" + group);
        using var watcher = new ProcessWatcher();
        var gone = watcher.WaitForExitAsync(stray);
        await session.KillAsync(task);
        (await session.EndAsync(task)).State.ShouldBe(TaskState.Killed);
        await gone.BeforeDeadline();
        Directory.Exists(Path.Combine(Mount, group[1..])).ShouldBeFalse();
    }

    private static Process Join(TaskCgroup group, string line) => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"echo 0 > $0/cgroup.procs; {line}", group.Folders[0]])
    {
        RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    // The kernel tells of it by a change of the file.
    private static async Task EmptyAsync(TaskCgroup group)
    {
        var file = Path.Combine(group.Folders[0], "cgroup.events");
        using var watcher = new ProcessWatcher();
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var watch = watcher.Watch(file, () => changed.TrySetResult());
            if ((await File.ReadAllTextAsync(file)).Contains("populated 0", StringComparison.Ordinal))
                return;
            await changed.Task.BeforeDeadline();
        }
    }
}
