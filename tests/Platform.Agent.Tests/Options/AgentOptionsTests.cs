using Platform.Agent.Isolation;
using Platform.Agent.Options;
using Platform.Core;

namespace Platform.Agent.Tests.Options;

public class AgentOptionsTests
{
    private const long Gigabyte = 1024L * 1024 * 1024;

    [Fact]
    public void Resources_that_are_not_given_are_detected()
    {
        // 8 GB less 1 are 7168 MB; 100 GB less 5 are 97280 MB.
        Parse(["--work-dir", "/w"]).Resources.ShouldBe(Resources.Parse("cpus:4;mem:7168;disk:97280;ports:[31000-32000]"));
        Parse(["--work-dir", "/w", "--resources", "cpus:1;gpus:2"]).Resources
            .ShouldBe(Resources.Parse("cpus:1;gpus:2;mem:7168;disk:97280;ports:[31000-32000]"));
    }

    [Theory]
    [InlineData(1, 512, 2048)] // half of 1 GB; half of 4 GB
    [InlineData(16, 15360, 5120)] // 16 GB less 1; half of 10 GB is 5, as is 10 less 5
    public void A_small_machine_offers_half_of_its_memory_and_disk(int memory, int mem, int disk)
    {
        var facts = new MachineFacts(1, memory * Gigabyte, (memory == 1 ? 4 : 10) * Gigabyte);
        facts.DefaultResources().ShouldBe(Resources.Parse($"cpus:1;mem:{mem};disk:{disk};ports:[31000-32000]"));
    }

    [Fact]
    public void A_role_is_that_of_the_resources_without_one() =>
        Parse(["--work-dir=/w", "--role=web", "--resources=cpus:1;mem(db):64"]).Resources
            .ShouldBe(Resources.Parse("cpus(web):1;mem(db):64;disk(web):97280;ports(web):[31000-32000]"));

    [Fact]
    public void Every_option_is_read()
    {
        var options = Parse([
            "--master", "http://a:1,b:2", "--work-dir", "/w", "--name", "n", "--hostname", "h", "--attributes", "rack:a", "--region", "r", "--zone", "z",
            "--pool", "p", "--taints", "gpu=yes:NoSchedule,x", "--cpu-limit", "quota", "--pids-limit", "9", "--cgroup-root", "none", "--sandbox-retention", "2days",
            "--disk-headroom", "0.2", "--log-rotate-size", "1MB", "--log-rotate-count", "3", "--cache-size", "1GB", "--oversubscribe", "--watch-folder", "in=/data/in,/srv/drop", "--dns", "10.0.0.2",
            "--isolation", "namespaces/pid,cgroups/cpu", "--mapped-ids", "231072", "--effective_capabilities", "cap_net_raw,KILL", "--bounding-capabilities={\"capabilities\":[\"KILL\"]}"]);
        options.Isolation!.Value.ShouldBe(["namespaces/pid", "cgroups/cpu"]);
        options.MappedIds.ShouldBe(231_072u);
        (options.EffectiveCapabilities!.Value, options.BoundingCapabilities!.Value).ShouldBe((["NET_RAW", "KILL"], ["KILL"]));
        options.Masters.ShouldBe([new Uri("http://a:1"), new Uri("http://b:2")]);
        (options.WorkDirectory, options.Name, options.Hostname, options.Attributes).ShouldBe(("/w", "n", "h", "rack:a"));
        (options.Region, options.Zone, options.Pool, options.CpuLimit).ShouldBe(("r", "z", "p", CpuLimitMode.Quota));
        options.WatchFolders.ShouldBe([new("in", "/data/in"), new("", "/srv/drop")]);
        options.Dns.ShouldBe(new(System.Net.IPAddress.Parse("10.0.0.2"), 53));
        options.Taints.ShouldBe(["gpu=yes:NoSchedule", "x"]);
        (options.ProcessesPerTask, options.CgroupRoot, options.SandboxRetention, options.DiskHeadroom).ShouldBe((9, null, TimeSpan.FromDays(2), 0.2));
        (options.LogRotateSize, options.LogRotateCount, options.CacheSize, options.Oversubscribe).ShouldBe((1024L * 1024, 3, Gigabyte, true));
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        AgentOptionsParser.TryParse([
            "extra", "--nonsense", "1", "--master", "::", "--resources", "cpus:x", "--role", "a b", "--cpu-limit", "some", "--zone", "z",
            "--simulate", "-3", "--disk-headroom", "2", "--cache-size", "big", "--sandbox-retention", "long", "--cgroup-root", "../x", "--name", "a", "--name", "b", "--watch-folder", "relative", "--dns", "ns.example",
            "--isolation", "namespaces/network", "--mapped-ids", "1000", "--effective-capabilities", "FLY", "--bounding-capabilities", "{",
        ], _ => new MachineFacts(4, 8 * Gigabyte, 100 * Gigabyte), out var options, out var problems).ShouldBeFalse();
        options.ShouldBeNull();
        foreach (var start in (string[])["'extra' is not", "--nonsense is not", "--master:", "--resources:", "--role:", "--cpu-limit:", "--zone is given without",
            "--simulate:", "--disk-headroom:", "--cache-size:", "--sandbox-retention:", "--cgroup-root:", "--watch-folder:", "--dns:", "--isolation: 'namespaces/network' is not", "--mapped-ids: '1000' is not a whole number from 65536 ", "--effective-capabilities: 'FLY' is not", "--bounding-capabilities: '{' is not", "--name is given twice", "--work-dir is missing"])
            problems.Count(p => p.StartsWith(start, StringComparison.Ordinal)).ShouldBe(1, $"{start} in: {string.Join("\n", problems)}");
    }

    [Fact]
    public void Simulated_agents_need_no_work_directory() => Parse(["--simulate", "100"]).Simulate.ShouldBe(100);

    private static AgentOptions Parse(string[] arguments)
    {
        AgentOptionsParser.TryParse(arguments, _ => new MachineFacts(4, 8 * Gigabyte, 100 * Gigabyte), out var options, out var problems)
            .ShouldBeTrue(string.Join("\n", problems));
        return options!;
    }
}
