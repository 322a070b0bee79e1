using Platform.Agent.Isolation;
using Platform.Agent.Tasks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Isolation;

/// <summary>Which settings a task gets, by what the agent was told, what the machine grants and what the task asks for.</summary>
public class IsolatorsTests
{
    private const KernelGrants All = (KernelGrants)63;
    private const ulong Root = 0x1ff_ffff_ffff;

    [Theory]
    [InlineData(null, All, "filesystem/linux, linux/capabilities, linux/seccomp; namespaces/ipc and namespaces/pid for tasks that ask")]
    [InlineData(null, KernelGrants.FiltersWithoutRights, "no isolators of processes: the agent has not the rights for any")]
    [InlineData("cgroups/cpu,posix/mem", All, "no isolators of processes")]
    [InlineData("namespaces/pid,linux/seccomp,cgroups/mem", All, "linux/seccomp, namespaces/pid")]
    public void What_is_on_is_told(string? named, object grants, string expected) => Of(named, (KernelGrants)grants).Description.ShouldBe(expected);

    [Fact]
    public void What_the_machine_does_not_grant_is_no_isolator()
    {
        Should.Throw<AgentStartException>(() => Of("namespaces/pid,linux/seccomp,linux/capabilities", KernelGrants.FiltersWithoutRights)).Message
            .ShouldBe("--isolation: this machine does not let the agent use linux/capabilities, namespaces/pid. Run it as root, or leave them out.");
        Should.Throw<AgentStartException>(() => new Isolators(null, KernelGrants.None, 0, ["KILL"], null)).Message.ShouldStartWith("--effective-capabilities and --bounding-capabilities need");
    }

    [Fact]
    public void A_task_that_asks_for_nothing_is_left_as_it_is_but_for_the_filter()
    {
        var isolators = Of(null, All);
        var task = TestTask.Shell("true");
        isolators.SettingsOf(task, [], isRoot: true).ShouldBeEmpty();
        isolators.IsFiltered(task).ShouldBeTrue();
        isolators.FilterSettings.ShouldBe(["d"]);
        isolators.IsFiltered(task with { Isolation = new() { Unconfined = true } }).ShouldBeFalse();
        Of("linux/seccomp", KernelGrants.FiltersWithoutRights).FilterSettings.ShouldBe(["n", "d"]);
    }

    [Fact]
    public void Mounts_stay_as_they_are_unless_the_task_may_administer_the_system()
    {
        VolumeMount[] mounts = [new("/data", "/data", VolumeMountKind.ReadOnly), new("/data/out", "/data/out", VolumeMountKind.KeptWritable)];
        Settings(null, mounts).ShouldBe(["o/data", "w/data/out", "f"]);
        Settings(new() { Unconfined = true }, mounts).ShouldBe(["o/data", "w/data/out"]);
        Settings(new() { EffectiveCapabilities = ["SYS_ADMIN"] }, mounts).ShouldBe(["o/data", "w/data/out", "c2097152,2097152"]); // 1 << 21
        Settings(new() { BoundingCapabilities = ["KILL"] }, []).ShouldBe(["c32,32", "f"]); // 1 << 5
        Settings(null, [new("/a", "/b", VolumeMountKind.AsItIs)]).ShouldBe(["s/a", "b/b"]);
    }

    [Theory]
    [InlineData(true, 33)] // root has what it is bound to: CHOWN 1 + KILL 32
    [InlineData(false, 0)] // another user has none
    public void Without_effective_capabilities_a_task_has_those_of_its_user_within_the_bound(bool isRoot, int effective) =>
        new Isolators(null, All, Root, null, ["CHOWN", "KILL"]).SettingsOf(TestTask.Shell("true"), [], isRoot).ShouldBe([$"c{effective},33", "f"]);

    [Fact]
    public void What_a_task_asks_for_and_cannot_have_is_refused_with_the_reason()
    {
        Refusal(Of("linux/seccomp", All), new() { SharesProcesses = false }).ShouldBe(
            "The task asks for a process namespace of its own (sharePidNamespace false), which needs namespaces/pid: it is not in --isolation of this agent");
        Refusal(Of(null, KernelGrants.None), new() { EffectiveCapabilities = [] }).ShouldBe(
            "The task asks for capabilities of its own, which needs linux/capabilities: this agent has not the rights for it; run it as root");
        Refusal(Of(null, All), new() { EffectiveCapabilities = ["KILL", "CHOWN"], BoundingCapabilities = ["KILL"] }).ShouldBe(
            "The task asks for the effective capabilities CHOWN, which are not among its bounding ones");
        Refusal(new(null, All, 1, null, null), new() { EffectiveCapabilities = ["KILL", "CHOWN"] }).ShouldBe(
            "The task asks for the capabilities KILL, which this agent does not have itself");
    }

    [Fact]
    public void Namespaces_are_those_that_are_asked_for_and_those_that_the_agent_gives_to_all()
    {
        Settings(new() { SharesProcesses = false, PrivateIpc = true }, []).ShouldBe(["p", "i64"]);
        Settings(new() { PrivateIpc = true, SharedMemory = 5 }, []).ShouldBe(["i5"]);
        Of("namespaces/pid,namespaces/mnt,linux/nnp", All).SettingsOf(TestTask.Shell("true"), [], true).ShouldBe(["p", "m", "n"]);
        Of("namespaces/pid", All).SettingsOf(TestTask.Shell("true") with { Isolation = new() { SharesProcesses = true, PrivateIpc = true } }, [], true).ShouldBeEmpty();
        // Its secret files are in the machine's shared memory.
        var secret = TestTask.Shell("true") with { Isolation = new() { PrivateIpc = true }, Volumes = [new VolumeSpec { ContainerPath = "key", Secret = new("word") }] };
        Of(null, All).SettingsOf(secret, [], true).ShouldBe(["i"]);
    }

    [Fact]
    public void The_kernels_text_of_capabilities_is_read() =>
        Capabilities.Read("Name:\tx\nCapInh:\t0000000000000000\nCapPrm:\t000001fffeffffff\nCapEff:\t0\n").ShouldBe(0x1fffeffffffUL);

    private static Isolators Of(string? named, KernelGrants grants) => new(named?.Split(',').ToValueList(), grants, Root, null, null);

    private static IReadOnlyList<string> Settings(TaskIsolation? asked, VolumeMount[] mounts) =>
        Of(null, All).SettingsOf(TestTask.Shell("true") with { Isolation = asked }, mounts, isRoot: true);

    private static string Refusal(Isolators isolators, TaskIsolation asked) =>
        Should.Throw<TaskStartException>(() => isolators.SettingsOf(TestTask.Shell("true") with { Isolation = asked }, [], isRoot: true)).Message;
}
