using Platform.Core.Jobs;
using Platform.Core.Registry;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Registry;

/// <summary>Tasks of jobs as endpoints.</summary>
public sealed class JobEndpointsTests
{
    private static readonly JobSpec Spec = new() { Id = "reports.daily", Task = new() { Command = new() { Shell = "true" } } };

    private static readonly RunTask Running = new() { TaskId = "t", RunId = "r", AgentId = "x-S1", Host = "10.0.0.1", State = TaskState.Running };

    [Fact]
    public void A_task_without_ports_has_the_names_that_Mesos_DNS_gives_it()
    {
        var endpoint = JobEndpoints.Of(Spec, Running, "job:reports.daily")!;
        endpoint.State.ShouldBe(EndpointState.Ready);
        var hash = TaskIdHash.Of("t");
        new MesosDnsNames().OfTask(endpoint).Distinct().Select(record => $"{record.Type} {record.Name} {record.Target}").ShouldBe(
            [
                "A reports.daily.metronome.mesos. 10.0.0.1",
                $"A reports.daily-{hash}-s1.metronome.mesos. 10.0.0.1",
                "A reports.daily.metronome.slave.mesos. 10.0.0.1",
                $"A reports.daily-{hash}-s1.metronome.slave.mesos. 10.0.0.1",
                "A reports-daily.metronome.mesos. 10.0.0.1",
                $"A reports-daily-{hash}-s1.metronome.mesos. 10.0.0.1",
                "A reports-daily.metronome.slave.mesos. 10.0.0.1",
                $"A reports-daily-{hash}-s1.metronome.slave.mesos. 10.0.0.1",
            ]);
        DcosNames.OfTask(endpoint).Select(record => record.Name).ShouldContain(name => name.Contains(".containerip.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TaskState.Staging)]
    [InlineData(TaskState.Finished)]
    [InlineData(TaskState.Unreachable)]
    public void What_does_not_run_is_not_there(TaskState state) => JobEndpoints.Of(Spec, Running with { State = state }, "o").ShouldBeNull();
}
