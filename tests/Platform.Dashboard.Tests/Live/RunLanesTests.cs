using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Dashboard.Live;

namespace Platform.Dashboard.Tests.Live;

public sealed class RunLanesTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly JobSpec Spec = new() { Id = "j", Task = new() { Command = new CommandSpec { Shell = "true" } } };

    private static RunState Run(int number, int from, int? until) =>
        new() { RunId = $"r{number}", Number = number, Spec = Spec, StartedAt = Start.AddMinutes(from), EndedAt = until is { } end ? Start.AddMinutes(end) : null };

    [Fact]
    public void Runs_at_the_same_time_stand_in_lanes_of_their_own()
    {
        var lanes = RunLanes.Of([Run(3, 60, null), Run(1, 0, 50), Run(2, 25, 75)], Start.AddMinutes(100), most: 10);

        lanes.Bars.Select(bar => (bar.Run.Number, bar.Lane)).ShouldBe([(1, 0), (2, 1), (3, 0)]);
        lanes.Bars.Select(bar => (bar.Left, bar.Width)).ShouldBe([(0, 0.5), (0.25, 0.5), (0.6, 0.4)]);
        lanes.Lanes.ShouldBe(2);
    }

    [Fact]
    public void There_are_never_more_lanes_than_asked_for()
    {
        var lanes = RunLanes.Of(Enumerable.Range(1, 20).Select(number => Run(number, 0, 10)), Start.AddMinutes(10), most: 4);

        lanes.Lanes.ShouldBe(4);
        lanes.Bars.Count.ShouldBe(20);
        lanes.Bars.ShouldAllBe(bar => bar.Lane < 4);
        RunLanes.Of([], Start, 4).Lanes.ShouldBe(0);
    }
}
