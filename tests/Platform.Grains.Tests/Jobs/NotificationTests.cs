using Microsoft.AspNetCore.Http;
using Platform.Core.Collections;
using Platform.Core.Jobs;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Jobs;

public sealed class NotificationTests
{
    [Fact]
    public async Task Failures_and_recoveries_reach_webhooks_and_mailboxes_though_those_refuse_and_the_control_plane_dies()
    {
        await using var hook = await WebhookReceiver.StartAsync();
        await using var mailbox = new MailReceiver();
        await using var fixture = await JobFixture.StartAsync(agents: 1, configure: options => (options.Jobs.SmtpUrl, options.Jobs.SmtpFrom) = (mailbox.Url, "platform@example.org"));
        var agent = fixture.Cluster.Agents[0];
        agent.OnLaunch = _ => TaskState.Failed;
        hook.Answers = StatusCodes.Status503ServiceUnavailable;
        var job = await fixture.PutAsync(JobFixture.Spec("nightly") with
        {
            Notifications =
            [
                new() { On = [NotificationEvent.Failure, NotificationEvent.Recovery], Webhook = hook.Url, Headers = ValueMap.Create(("X-Team", "ops")) },
                new() { Email = ["ops@example.org", "boss@example.org"] },
            ],
        });
        var run = (await job.StartAsync(default, default))!.Run;

        var mail = await mailbox.NextAsync();
        mail.Subject.ShouldBe("Job nightly failed: Command exited with status 3");
        mail.To.Mailboxes.Select(to => to.Address).ShouldBe(["ops@example.org", "boss@example.org"]);
        mail.From.Mailboxes.Single().Address.ShouldBe("platform@example.org");
        mail.TextBody.ShouldNotBeNull().ShouldContain("it broke");
        mail.TextBody.ShouldContain(run.RunId);
        var refused = await hook.NextAsync();
        await AppFixture.UntilAsync(async () => (await job.GetStatusAsync())!.UntoldError == "it answered 503 Service Unavailable", "the job says what keeps its notice");

        await fixture.Cluster.Host.CrashAsync(meanwhile: () => hook.Answers = StatusCodes.Status204NoContent);
        await AppFixture.UntilAsync(async () => (await fixture.Job("nightly").GetStatusAsync())!.Untold == 0, "all is told");
        var taken = hook.TakeAll();
        taken.ShouldNotBeEmpty();
        taken.ShouldAllBe(post => post.Key == refused.Key && post.Body.ToJsonString() == refused.Body.ToJsonString());
        ((string?)refused.Body["event"]).ShouldBe("failure");
        ((string?)refused.Body["runId"]).ShouldBe(run.RunId);
        ((int?)refused.Body["task"]!["exitStatus"]).ShouldBe(3);

        agent.OnLaunch = _ => TaskState.Finished;
        await agent.DialAsync();
        await fixture.Job("nightly").StartAsync(default, default);
        var recovery = await hook.NextAsync();
        ((string?)recovery.Body["text"]).ShouldBe("Job nightly succeeded again after 1 failure");
        await AppFixture.UntilAsync(async () => (await fixture.Job("nightly").GetStatusAsync()) is { Untold: 0, UntoldError: null }, "all is told");
    }

    [Fact]
    public async Task A_run_that_finds_no_place_in_time_is_told_to_be_late_once()
    {
        await using var hook = await WebhookReceiver.StartAsync();
        await using var fixture = await JobFixture.StartAsync(agents: 0);
        var job = await fixture.PutAsync(JobFixture.Spec("secondly") with
        {
            Schedule = new() { Timing = new() { Expression = "* * * * * *" } },
            Concurrency = ConcurrencyPolicy.Forbid,
            LateAfterSeconds = 1,
            Notifications = [new() { On = [NotificationEvent.Lateness], Webhook = hook.Url, Headers = ValueMap.Create(("X-Team", "ops")) }],
        });

        var (_, body) = await hook.NextAsync();

        ((string?)body["event"]).ShouldBe("lateness");
        var runs = (await job.GetStatusAsync())!.LiveRuns;
        ((string?)body["runId"]).ShouldBe(runs.Single().Run.RunId);
        runs.Single().Run.Late.ShouldBeTrue();
        await AppFixture.UntilAsync(async () => (await job.GetStatusAsync())!.Untold == 0, "it was told once");
    }
}
