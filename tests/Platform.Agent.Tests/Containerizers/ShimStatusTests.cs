using Platform.Agent.Containerizers.Process;
using Platform.Agent.Processes;
using Platform.Agent.Tasks;

namespace Platform.Agent.Tests.Containerizers;

public class ShimStatusTests
{
    [Fact]
    public void The_lines_of_the_compiled_supervisor_are_read()
    {
        var status = ShimStatus.Parse("shim 10 100\ntask 11 101\nsignal 9 2500 640\n");
        status.Shim.ShouldBe(new ProcessIdentity(10, 100));
        status.Task.ShouldBe(new ProcessIdentity(11, 101));
        (status.Signal, status.ExitCode, status.CpuMicroseconds, status.MaxResidentKilobytes).ShouldBe((9, null, 2500L, 640L));
    }

    [Theory]
    [InlineData("exit 137\n", 137, null)] // an exit with that very status
    [InlineData("Killed\nexit 137\n", null, 9)] // 128 + 9
    [InlineData("Segmentation fault\nexit 139\n", null, 11)]
    [InlineData("exit 130\n", null, 2)] // shells do not remark on SIGINT
    [InlineData("sh: 1: something\nexit 1\n", 1, null)]
    public void A_shell_tells_a_signal_from_a_status_by_its_remark(string lines, int? code, int? signal)
    {
        var status = ShimStatus.Parse("shim 10 100\ntask 11 101\n" + lines);
        (status.ExitCode, status.Signal).ShouldBe((code, signal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("shim 10 1")]
    [InlineData("shim 10 100\ntask 11 101\nexit 1")]
    public void A_line_that_is_not_complete_does_not_count(string text) => ShimStatus.Parse(text).IsEnd.ShouldBeFalse();

    [Fact]
    public void A_process_name_may_contain_anything()
    {
        var entry = ProcessEntry.Parse("42 (a) b (c) S 7 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 1 0 5555 1000 77 1844 1 1 0 0\n");
        entry.ShouldBe(new ProcessEntry(42, 'S', Parent: 7, Group: 42, Session: 42, CpuTicks: 100, StartTime: 5555, ResidentPages: 77)); // 10 + 20 + 30 + 40
    }

    [Theory]
    [InlineData("web.1-a_b", "web.1-a_b")]
    [InlineData("../x", "%2E.%2Fx")]
    [InlineData("/a b", "%2Fa%20b")]
    public void A_task_id_becomes_a_safe_folder_name(string id, string name) => TaskDirectoryName.Of(id).ShouldBe(name);

    [Fact]
    public void A_long_task_id_is_cut_and_stays_unique()
    {
        var one = TaskDirectoryName.Of(new string('a', 300) + "1");
        var two = TaskDirectoryName.Of(new string('a', 300) + "2");
        one.Length.ShouldBe(180);
        one.ShouldNotBe(two);
    }
}
