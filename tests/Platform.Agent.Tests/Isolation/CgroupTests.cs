using Platform.Agent.Isolation;
using Platform.Agent.Tests.Testing;

namespace Platform.Agent.Tests.Isolation;

/// <summary>Both layouts on a folder that stands for the kernel's file system.</summary>
public class CgroupTests
{
    private static readonly TaskLimits Limits = new(CpuRequest: 1.5, CpuLimit: 2, MemoryBytes: 64 * 1024 * 1024, Processes: 100);

    [Theory]
    [InlineData(CpuLimitMode.Quota, "200000 100000")] // 2 cpus of a period of 100,000 us
    [InlineData(CpuLimitMode.Shares, null)]
    public void Version_2_writes_weight_quota_memory_and_pids_into_one_folder(CpuLimitMode mode, string? quota)
    {
        using var root = new TestFolder();
        root.Write("cgroup.controllers", "cpuset cpu io memory pids\n");
        var layout = CgroupDetection.Detect($"cgroup2 {root.Path} cgroup2 rw 0 0\n", "platform/agent", mode);
        layout.Enforces.ShouldBeTrue(layout.Description);
        root.Write("platform/agent/t/memory.swap.max", "max");
        var group = layout.Create("t", Limits);
        var folder = root.File("platform/agent/t");
        group.Folders.ShouldBe([folder]);
        Read(folder, "cpu.weight").ShouldBe("150"); // 100 for each cpu
        Read(folder, "memory.max").ShouldBe("67108864");
        Read(folder, "memory.swap.max").ShouldBe("0");
        Read(folder, "pids.max").ShouldBe("100");
        (File.Exists(Path.Combine(folder, "cpu.max")) ? Read(folder, "cpu.max") : null).ShouldBe(quota);
        foreach (var level in (string[])["", "platform", "platform/agent"])
            Read(root.File(level), "cgroup.subtree_control").ShouldBe("+cpu +memory +pids");
        group.JoinFiles.ShouldBe([Path.Combine(folder, "cgroup.procs")]);
    }

    [Theory]
    [InlineData("cpuset cpu io pids", "cgroups version 2: cpu, pids; cpu by weight; not limited, since this machine does not hand on the controller to the agent: memory")]
    [InlineData("hugetlb", "cgroups version 2: processes are found by them; not limited, since this machine does not hand on the controller to the agent: cpu, memory, pids")]
    public void Version_2_does_with_the_controllers_that_there_are_and_tells_which_are_not(string controllers, string description)
    {
        using var root = new TestFolder();
        root.Write("cgroup.controllers", controllers + "\n");
        var layout = new CgroupVersion2(root.Path, "p", CpuLimitMode.Shares);
        layout.Description.ShouldBe(description);
        layout.Enforces.ShouldBeFalse();
        var folder = layout.Create("t", Limits).Folders.ShouldHaveSingleItem();
        File.Exists(Path.Combine(folder, "memory.max")).ShouldBeFalse();
        File.Exists(Path.Combine(folder, "pids.max")).ShouldBe(controllers.Contains("pids", StringComparison.Ordinal));
    }

    [Fact]
    public void Version_2_reads_kills_for_lack_of_memory_use_and_processes()
    {
        using var root = new TestFolder();
        var layout = new CgroupVersion2(root.Path, "p", CpuLimitMode.Shares);
        root.Write("p/t/memory.events", "low 0\nhigh 0\nmax 12\noom 2\noom_kill 2\n");
        root.Write("p/t/memory.current", "4096\n");
        root.Write("p/t/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        root.Write("p/t/cgroup.procs", "10\n11\n");
        var group = layout.Open("t");
        group.OomKills().ShouldBe(2);
        group.MemoryBytes().ShouldBe(4096);
        group.CpuSeconds().ShouldBe(2.5);
        group.Processes().ShouldBe([10, 11]);
        layout.List().ShouldBe(["t"]);
    }

    [Fact]
    public void Version_1_writes_each_controller_into_its_own_hierarchy()
    {
        using var root = new TestFolder();
        foreach (var controller in (string[])["cpu", "cpuacct", "memory", "pids"])
            Directory.CreateDirectory(root.File(controller));
        var mounts = string.Join('\n', new[] { "cpu,cpuacct", "memory", "pids" }.Select(c => $"cgroup {root.File(c.Split(',')[0])} cgroup rw,{c} 0 0"));
        var layout = CgroupDetection.Detect(mounts + $"\ncgroup2 {root.File("unified")} cgroup2 rw 0 0", "platform/a", CpuLimitMode.Quota);
        layout.ShouldBeOfType<CgroupVersion1>(layout.Description);
        root.Write("memory/platform/a/t/memory.memsw.limit_in_bytes", "max");
        layout.Create("t", Limits);
        Read(root.File("cpu/platform/a/t"), "cpu.shares").ShouldBe("1536"); // 1.5 cpus of 1024
        Read(root.File("cpu/platform/a/t"), "cpu.cfs_period_us").ShouldBe("100000");
        Read(root.File("cpu/platform/a/t"), "cpu.cfs_quota_us").ShouldBe("200000");
        Read(root.File("memory/platform/a/t"), "memory.limit_in_bytes").ShouldBe("67108864");
        Read(root.File("memory/platform/a/t"), "memory.memsw.limit_in_bytes").ShouldBe("67108864");
        Read(root.File("pids/platform/a/t"), "pids.max").ShouldBe("100");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Folders_of_agents_without_tasks_are_removed_and_made_again_for_the_next_task(bool first)
    {
        using var root = new TestFolder();
        var (own, gone, busy) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
        Directory.CreateDirectory(root.File("memory"));
        root.Write("memory/cgroup.controllers", "cpu memory pids\n");
        var mounts = first ? $"cgroup {root.File("memory")} cgroup rw,memory 0 0\n" : $"cgroup2 {root.File("memory")} cgroup2 rw 0 0\n";
        var layout = CgroupDetection.Detect(mounts, $"platform/{own}", CpuLimitMode.Shares);
        var above = root.File("memory/platform");
        foreach (var made in (string[])[gone, busy + "/task", "of-somebody-else"])
            Directory.CreateDirectory(Path.Combine(above, made));
        // A folder of this file system, unlike one of the kernel's, is not empty with the files of a group in it.
        foreach (var file in Directory.GetFiles(Path.Combine(above, own), "*", SearchOption.AllDirectories))
            File.Delete(file);
        foreach (var folder in Directory.GetDirectories(Path.Combine(above, own)))
            Directory.Delete(folder);
        layout.RemoveEmptyFolders();
        Directory.GetDirectories(above).Select(Path.GetFileName).Order().ShouldBe(new[] { busy, "of-somebody-else" }.Order());
        var group = layout.Create("t", Limits);
        Read(group.Folders[0], first ? "memory.limit_in_bytes" : "memory.max").ShouldBe("67108864");
        if (!first)
            Read(Path.Combine(above, own), "cgroup.subtree_control").ShouldBe("+cpu +memory +pids");
    }

    [Fact]
    public void A_task_gets_its_folder_while_neighbours_take_away_that_of_its_agent()
    {
        using var root = new TestFolder();
        var own = root.File($"platform/{Guid.NewGuid()}");
        const int Sweeps = 200;
        // Each sweep begins together with a task.
        using var together = new Barrier(2);
        var neighbour = new Thread(() =>
        {
            for (var i = 0; i < Sweeps && together.ParticipantCount == 2; i++)
            {
                together.SignalAndWait();
                AgentFolders.RemoveEmpty(own);
            }
        });
        neighbour.Start();
        try
        {
            for (var i = 0; i < Sweeps; i++)
            {
                var folder = Path.Combine(own, $"task-{i}");
                together.SignalAndWait();
                AgentFolders.MakeTask(folder, () => Directory.CreateDirectory(own));
                Directory.Exists(folder).ShouldBeTrue();
                Directory.Delete(folder);
            }
        }
        finally
        {
            together.RemoveParticipant();
            neighbour.Join();
        }
    }

    [Fact]
    public async Task An_agent_that_ends_leaves_no_empty_folder_behind()
    {
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder));
        var session = await master.AcceptAsync();
        var task = TestTask.Shell("exit 0");
        await session.LaunchAsync(task);
        await session.EndAsync(task);
        await agent.StopAsync();
        var id = (await File.ReadAllTextAsync(folder.File("work/agent-id"))).Trim();
        Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
            .Where(hierarchy => Directory.Exists(Path.Combine(hierarchy, "platform-test", id))).ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_hierarchy_the_agent_says_that_limits_are_not_enforced()
    {
        var layout = CgroupDetection.Detect("proc /proc proc rw 0 0\n", "platform", CpuLimitMode.Shares);
        layout.Enforces.ShouldBeFalse();
        layout.Description.ShouldBe("limits on cpu, memory and processes are not enforced: no cgroup hierarchy is mounted");
        layout.Create("t", Limits).Folders.ShouldBeEmpty();
    }

    [Fact]
    public void Without_rights_the_agent_says_that_limits_are_not_enforced()
    {
        var layout = CgroupDetection.Detect("cgroup2 /proc/self/nowhere cgroup2 ro 0 0\n", "platform", CpuLimitMode.Shares);
        layout.Enforces.ShouldBeFalse();
        layout.Description.ShouldContain("limits on cpu, memory and processes are not enforced: cgroups cannot be made here");
    }

    [Theory]
    [InlineData("cpus:2;mem:100", null, null, 2.0, 104857600L)]
    [InlineData("cpus:2;mem:1", null, null, 2.0, 33554432L)] // at least 32 MB
    [InlineData("cpus:2;mem:100", 4.0, 200.0, 4.0, 209715200L)]
    [InlineData("cpus:2;mem:100", -1.0, -1.0, null, null)]
    public void Limits_are_what_a_task_holds_unless_it_may_burst(string resources, double? cpuLimit, double? memoryLimit, double? cpus, long? memory)
    {
        var spec = TestTask.Shell("true", resources) with { CpuLimit = cpuLimit, MemoryLimit = memoryLimit };
        var limits = TaskLimits.Of(spec, 7);
        limits.ShouldBe(new TaskLimits(2, cpus, memory, 7));
    }

    private static string Read(string folder, string file) => File.ReadAllText(Path.Combine(folder, file));
}
