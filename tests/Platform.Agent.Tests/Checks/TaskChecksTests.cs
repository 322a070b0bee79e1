using System.Threading.Channels;
using Platform.Agent.Checks;
using Platform.Agent.Tests.Testing;
using Platform.Core.Collections;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Checks;

/// <summary>The timing of checks on a clock that the test moves.</summary>
public class TaskChecksTests
{
    private static readonly TaskUpdate Known = new() { TaskId = "t", Owner = "app:/t" };

    private readonly ManualTime _time = new();
    private readonly ScriptedProbe _probe;
    private readonly List<(bool? Healthy, bool? Ready)> _changes = [];
    private readonly List<string> _unhealthy = [];

    public TaskChecksTests() => _probe = new ScriptedProbe(_time);

    [Fact]
    public async Task The_first_look_is_after_the_delay_and_each_next_one_an_interval_after_the_end_of_the_last()
    {
        using var stop = new CancellationTokenSource();
        var run = Run(stop.Token, new CheckSpec { DelaySeconds = 15, IntervalSeconds = 10, GracePeriodSeconds = 0 });
        _time.Advance(TimeSpan.FromSeconds(14.9));
        _probe.Looks.Count.ShouldBe(0);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await _probe.LookAsync()).ShouldBe(15);
        // The look itself takes 3 s: the next one begins at 15 + 3 + 10.
        _time.Advance(TimeSpan.FromSeconds(3));
        await AnswerAsync(true);
        _time.Advance(TimeSpan.FromSeconds(10));
        (await _probe.LookAsync()).ShouldBe(28);
        await stop.CancelAsync();
        _probe.Answer(true);
        await run.BeforeDeadline();
        _changes.ShouldBe([(true, null)]);
    }

    [Fact]
    public async Task Too_many_failures_in_a_row_are_told_once_and_end_the_check()
    {
        var run = Run(CancellationToken.None, new CheckSpec { IntervalSeconds = 1, GracePeriodSeconds = 0, MaxConsecutiveFailures = 2 });
        await _probe.LookAsync();
        await AnswerAsync(false);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _probe.LookAsync();
        _probe.Answer(false);
        await run.BeforeDeadline();
        _unhealthy.ShouldBe(["Health check failed 2 times in a row: scripted"]);
        _changes.ShouldBe([(false, null), (false, null)]);
    }

    [Fact]
    public async Task Readiness_is_looked_for_until_it_is_there_and_then_no_more()
    {
        var run = Run(CancellationToken.None, new CheckSpec { Purpose = CheckPurpose.Readiness, IntervalSeconds = 30 });
        await _probe.LookAsync();
        await AnswerAsync(false);
        _time.Advance(TimeSpan.FromSeconds(30));
        await _probe.LookAsync();
        _probe.Answer(true);
        await run.BeforeDeadline();
        _changes.ShouldBe([(null, false), (null, true)]);
        _unhealthy.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_that_was_ready_before_is_not_looked_at_again()
    {
        var checks = Checks(Known with { Ready = true }, new CheckSpec { Purpose = CheckPurpose.Readiness });
        await checks.RunAsync(CancellationToken.None).BeforeDeadline();
        _probe.Looks.Count.ShouldBe(0);
    }

    [Fact]
    public async Task After_a_restart_of_the_agent_one_good_check_says_nothing_about_another_that_had_failed()
    {
        CheckSpec[] specs = [new() { IntervalSeconds = 1, GracePeriodSeconds = 0 }, new() { IntervalSeconds = 1, GracePeriodSeconds = 0 }];
        CheckResult[] results = [new() { Index = 0, Success = true, Status = 200 }, new() { Index = 1, Success = false, ConsecutiveFailures = 1 }];
        using var stop = new CancellationTokenSource();
        var run = Checks(Known with { Healthy = false, Checks = results.ToValueList() }, specs).RunAsync(stop.Token);
        await _probe.LookAsync();
        await _probe.LookAsync();
        // The first answer changes nothing: the one check is as good as it was, the other one was not looked at yet.
        await AnswerAsync(true);
        _changes.ShouldBeEmpty();
        await AnswerAsync(true);
        _changes.ShouldBe([(true, null)]);
        await stop.CancelAsync();
        await run.BeforeDeadline();
    }

    private Task Run(CancellationToken cancellation, params CheckSpec[] specs) => Checks(Known, specs).RunAsync(cancellation);

    private TaskChecks Checks(TaskUpdate known, params CheckSpec[] specs)
    {
        var checks = new TaskChecks(specs.ToValueList(), new CheckTarget(), _time.GetUtcNow(), known, _probe, _time);
        checks.Changed += (healthy, ready, _) => _changes.Add((healthy, ready));
        checks.Unhealthy += _unhealthy.Add;
        return checks;
    }

    /// <summary>Answers, and returns when the check waits for its next turn.</summary>
    private async Task AnswerAsync(bool success)
    {
        var armed = _time.NextTimerAsync();
        _probe.Answer(success);
        await armed.BeforeDeadline();
    }

    private sealed class ScriptedProbe(ManualTime time) : ICheckProbe
    {
        private readonly DateTimeOffset _start = time.GetUtcNow();
        private readonly Channel<bool> _answers = Channel.CreateUnbounded<bool>();

        public Channel<double> LookTimes { get; } = Channel.CreateUnbounded<double>();

        public List<double> Looks { get; } = [];

        public async Task<CheckOutcome> LookAsync(CheckSpec check, CheckTarget target, CancellationToken cancellation)
        {
            var at = (time.GetUtcNow() - _start).TotalSeconds;
            Looks.Add(at);
            LookTimes.Writer.TryWrite(at);
            return await _answers.Reader.ReadAsync(CancellationToken.None) ? new CheckOutcome(true, 200) : new CheckOutcome(false, 500, "scripted");
        }

        public async Task<double> LookAsync() => await LookTimes.Reader.ReadAsync(Deadline.Token());

        public void Answer(bool success) => _answers.Writer.TryWrite(success);
    }
}
