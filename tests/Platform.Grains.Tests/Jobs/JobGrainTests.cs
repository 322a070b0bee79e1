using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Jobs;

public sealed class JobGrainTests
{
    [Fact]
    public async Task What_an_activation_of_a_job_still_orders_after_another_has_followed_has_no_effect()
    {
        var orders = new HeldOrders("job:nightly");
        await using var fixture = await JobFixture.StartAsync(agents: 1, services => services.AddSingleton<IOutgoingGrainCallFilter>(orders));
        var agent = fixture.Cluster.Agents[0];
        var job = await fixture.PutAsync(JobFixture.Spec("nightly"));
        orders.HoldNext();
        var run = (await job.StartAsync(default, default))!.Run;
        await orders.HeldAsync();

        // The activation is gone with its launch on the way; the next one finds that the agent does not have the task, and makes another attempt.
        await fixture.Cluster.Host.DeactivateAllAsync();
        await agent.HangUpAsync();
        await agent.DialAsync();
        await job.WakeAsync();
        var active = await fixture.UntilAsync("nightly", run.RunId, status => status.Run.Phase == RunPhase.Active, "it runs");
        var stale = await orders.ReleaseAsync();

        stale.Refused.ShouldBe("a later activation of job:nightly has taken over");
        var second = active.Tasks.Single(task => !task.Ended).TaskId;
        agent.Launches.ShouldBe([second]);
        var terms = orders.Terms.ToArray();
        terms[1].Term.ShouldBeGreaterThan(terms[0].Term);
        var grain = fixture.Cluster.Host.GetGrain<IAgentGrain>(agent.Id);
        await grain.KillAsync([new() { TaskId = second, Owner = "job:nightly" }], terms[0]);
        agent.Running.ShouldBe([second]);

        // The same order of the present activation is obeyed, and the run ends as it was asked to.
        (await job.StopAsync(run.RunId, "enough")).ShouldBe(1);
        await fixture.UntilAsync("nightly", run.RunId, status => status.Run is { Phase: RunPhase.Stopped, Message: "enough" }, "it is stopped");
    }

    [Fact]
    public async Task Labels_that_cannot_be_read_are_an_event_of_each_definition_that_has_them()
    {
        await using var fixture = await JobFixture.StartAsync(agents: 1);
        var spec = JobFixture.Spec("nightly") with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "not a host!")) };
        async Task<List<string>> ToldAsync() => [.. (await fixture.Cluster.EventsAsync()).Where(told => told.Type is "job_label_warning_event" or "job_removed_event").Select(told => told.Type)];
        await fixture.PutAsync(spec);
        await fixture.PutAsync(spec);
        await fixture.PutAsync(spec with { Labels = ValueMap.Create(("HAPROXY_0_VHOST", "nor this!")) });
        await fixture.PutAsync(spec with { Labels = ValueMap.Create(("colour", "blue")) });
        await fixture.Graph.RemoveAsync("nightly", stopRuns: true, freeChildren: false);
        await AppFixture.UntilAsync(async () => (await ToldAsync()).Contains("job_removed_event"), "it is removed");
        (await ToldAsync()).ShouldBe(["job_label_warning_event", "job_label_warning_event", "job_removed_event"]);
    }

    [Fact]
    public async Task Lists_know_what_every_job_does_without_asking_it_also_after_a_crash()
    {
        await using var fixture = await JobFixture.StartAsync(agents: 1);
        var agent = fixture.Cluster.Agents[0];
        var job = await fixture.PutAsync(JobFixture.Spec("nightly"));
        await fixture.PutAsync(JobFixture.Spec("paused"));
        await fixture.Job("paused").PauseAsync("holiday");
        var run = (await job.StartAsync(default, default))!.Run;
        var task = (await fixture.UntilAsync("nightly", run.RunId, status => status.Run.Phase == RunPhase.Active, "it runs")).Tasks.Single();
        await AppFixture.UntilAsync(async () => (await SummaryAsync(fixture, "nightly"))!.LiveRuns.Any(live => live.Run.Phase == RunPhase.Active), "the list shows the run");
        (await fixture.TimerOf("nightly").ListLiveAsync()).ShouldBe(["nightly"]);

        await agent.ReportAsync(task.TaskId, TaskState.Finished);
        await AppFixture.UntilAsync(async () => (await SummaryAsync(fixture, "nightly")) is { Successes: 1, LiveCount: 0, LastPhase: RunPhase.Succeeded, Durations.Count: 1 }, "the list shows its end");
        await AppFixture.UntilAsync(async () => (await fixture.TimerOf("nightly").ListLiveAsync()).IsEmpty, "nothing goes on");
        (await ActivationsAsync(fixture)).ShouldBe(2);
        await fixture.Cluster.Host.CrashAsync();

        (await SummaryAsync(fixture, "nightly")).ShouldNotBeNull().Successes.ShouldBe(1);
        (await SummaryAsync(fixture, "paused")).ShouldNotBeNull().Paused.ShouldBe("holiday");
        (await ActivationsAsync(fixture)).ShouldBe(0);

        (await fixture.Graph.RemoveAsync("nightly", stopRuns: false, freeChildren: false)).Outcome.ShouldBe(Contracts.Jobs.JobOutcome.Done);
        await AppFixture.UntilAsync(async () => await SummaryAsync(fixture, "nightly") is null, "the list has forgotten it");
    }

    [Fact]
    public async Task A_run_whose_secret_has_no_value_fails_and_says_so()
    {
        await using var fixture = await JobFixture.StartAsync(agents: 1);
        var spec = JobFixture.Spec("nightly");
        var job = await fixture.PutAsync(spec with { Task = spec.Task with { Secrets = ValueMap.Create(("key", "ops/key")), Env = ValueMap.Create(("KEY", new EnvValue { Secret = "key" })) } });

        var run = (await job.StartAsync(default, default))!.Run;

        var ended = await fixture.UntilAsync("nightly", run.RunId, status => status.Run.Ended, "it has ended");
        ended.Run.ShouldSatisfyAllConditions(one => one.Phase.ShouldBe(RunPhase.Failed), one => one.Message.ShouldBe("The secret 'ops/key' has no value in the secret store."));
    }

    private static async Task<int> ActivationsAsync(JobFixture fixture) =>
        (await fixture.Cluster.Host.GrainFactory.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics()).Count(grain => grain.GrainId.Type.ToString() == "platform.job");

    private static async Task<Contracts.Jobs.JobSummary?> SummaryAsync(JobFixture fixture, string id) => (await fixture.TimerOf(id).GetSummariesAsync([id])).Find(id);
}
