using Platform.Core.Apps;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Apps;

/// <summary>What <c>linuxInfo</c> of definitions asks of agents.</summary>
public sealed class LinuxSettingsTests
{
    private const string Everything =
        """{"seccomp":{"unconfined":true},"ipcInfo":{"mode":"PRIVATE","shmSize":16},"sharePidNamespace":false,"effectiveCapabilities":["cap_net_raw","KILL"],"boundingCapabilities":[]}""";

    private static readonly TaskIsolation All = new()
    {
        Unconfined = true, PrivateIpc = true, SharedMemory = 16, SharesProcesses = false, EffectiveCapabilities = ["NET_RAW", "KILL"], BoundingCapabilities = [],
    };

    [Fact]
    public void Of_an_app_with_or_without_an_image_all_is_asked_for()
    {
        App(Everything, image: null).Isolation.ShouldBe(All);
        var task = App(Everything, image: "busybox");
        task.Isolation.ShouldBe(All);
        (task.Image!.Unconfined, task.Image.SharedMemory, task.Image.SharesIpc).ShouldBe((true, 16, false));
        App("""{"ipcInfo":{"mode":"SHARE_PARENT"},"sharePidNamespace":true}""", "busybox").ShouldSatisfyAllConditions(
            shared => shared.Image!.SharesIpc.ShouldBeTrue(), shared => shared.Isolation.ShouldBe(new TaskIsolation { SharesIpc = true, SharesProcesses = true }));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"seccomp":{"profileName":"default"},"other":1,"sharePidNamespace":null}""")]
    public void What_is_not_said_is_left_to_the_agent(string? json) => App(json, null).Isolation.ShouldBeNull();

    [Fact]
    public void A_container_of_a_pod_has_what_it_says_itself_or_else_what_the_pod_says()
    {
        var pod = new PodSpec
        {
            LinuxInfoJson = """{"ipcInfo":{"mode":"PRIVATE"}}""",
            Containers =
            [
                new() { Name = "own", Command = new() { Shell = "true" }, LinuxInfoJson = """{"sharePidNamespace":true}""" },
                new() { Name = "common", Command = new() { Shell = "true" } },
            ],
        };
        var target = new AppTarget(new AppSpec { Id = "/pod", Pod = pod }, "v1", "v1");
        var instance = AppSimulation.Instance("pod", "v1", 1) with { Containers = [new() { Name = "own", TaskId = "t1" }, new() { Name = "common", TaskId = "t2" }] };
        var tasks = new PodTemplate(target, "app:/pod", default).Build(instance, []).Tasks;
        tasks.Select(task => task.Isolation).ShouldBe([new() { SharesProcesses = true }, new() { PrivateIpc = true }]);
    }

    [Theory]
    [InlineData("net_raw", "NET_RAW")]
    [InlineData("CAP_SYS_ADMIN", "SYS_ADMIN")]
    [InlineData("CAP_", null)]
    [InlineData("FLY", null)]
    public void Capabilities_are_known_by_their_names(string text, string? name) => LinuxCapabilities.Find(text).ShouldBe(name);

    [Fact]
    public void Sets_of_capabilities_are_those_of_the_kernel()
    {
        LinuxCapabilities.Mask(["CHOWN", "NET_RAW", "CHECKPOINT_RESTORE"]).ShouldBe(1UL | 1UL << 13 | 1UL << 40); // capabilities(7)
        LinuxCapabilities.Of(1UL << 21 | 1UL << 39).ShouldBe(["SYS_ADMIN", "BPF"]);
    }

    private static TaskSpec App(string? json, string? image)
    {
        var spec = new AppSpec { Id = "/a", Cmd = "true", Container = new() { Docker = image is null ? null : new() { Image = image }, LinuxInfoJson = json } };
        return new TaskTemplate(new(spec, "v1", "v1"), "app:/a", default).Build(AppSimulation.Instance("a", "v1", 1), []).Task!;
    }
}
