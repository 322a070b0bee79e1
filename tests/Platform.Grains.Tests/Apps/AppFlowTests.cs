using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Apps;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

public class AppFlowTests
{
    private static readonly AppSpec Spec = new()
    {
        Id = "/web",
        Cmd = "sleep 1000",
        Cpus = 0.1,
        Mem = 32,
        Instances = 3,
        BackoffSeconds = 0.01,
        MaxLaunchDelaySeconds = 0.05,
        PortDefinitions = [new() { Port = 10000, Name = "http" }],
    };

    [Fact]
    public async Task An_app_is_started_scaled_up_and_down_suspended_and_removed()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);

        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec), 3).ShouldBeTrue();
        var status = await cluster.PutAndWaitAsync(Spec with { Instances = 5 });
        AppFixture.AllRun(status, 5).ShouldBeTrue();
        status.Instances.Select(instance => (instance.AgentId, instance.Ports[0])).Distinct().Count().ShouldBe(5);
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 2 }), 2).ShouldBeTrue();
        (await cluster.PutAndWaitAsync(Spec with { Instances = 0 })).Instances.ShouldBeEmpty();
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 1 }), 1).ShouldBeTrue();

        var removed = await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/web", Kind = AppChangeKind.Remove }] });
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, $"{removed.DeploymentId} ends");
        (await cluster.App("/web").GetStatusAsync()).ShouldBeNull();
        cluster.Agents.SelectMany(agent => agent.Running).ShouldBeEmpty();
        // 3 + 2 more + 1 after the suspension; nothing was started twice.
        cluster.Agents.SelectMany(agent => agent.Launches).Distinct().Count().ShouldBe(6);
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(6);
    }

    [Fact]
    public async Task A_new_configuration_replaces_all_instances_and_is_kept_as_a_version()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var before = await cluster.PutAndWaitAsync(Spec);

        var after = await cluster.PutAndWaitAsync(Spec with { Cmd = "sleep 2000" });

        AppFixture.AllRun(after, 3).ShouldBeTrue();
        after.Instances.Select(instance => instance.TaskId).ShouldNotContain(task => before.Instances.Any(old => old.TaskId == task));
        after.Instances.ShouldAllBe(instance => instance.Version == after.Target.Version);
        (await cluster.App("/web").GetVersionsAsync()).ShouldBe([before.Target.Version, after.Target.Version]);
        (await cluster.App("/web").GetVersionAsync(before.Target.Version))!.Spec.Cmd.ShouldBe("sleep 1000");
    }

    [Fact]
    public async Task A_failed_instance_is_replaced_and_remembered_with_its_cause()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var status = await cluster.PutAndWaitAsync(Spec);
        var victim = status.Instances[0].TaskId;

        await cluster.Agents[0].ReportAsync(victim, TaskState.Failed, update => update with { ExitStatus = 7, StderrTail = "boom" });

        status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3) && app.Instances.All(instance => instance.TaskId != victim), "three others run");
        var failure = status.Failures.ShouldHaveSingleItem();
        failure.Status.TaskId.ShouldBe(victim);
        failure.Status.ExitStatus.ShouldBe(7);
        failure.Status.StderrTail.ShouldBe("boom");
        await AppFixture.UntilAsync(() => Task.FromResult(cluster.Agents[0].Unacknowledged == 0), "all updates are acknowledged");
    }

    [Fact]
    public async Task A_killed_instance_is_replaced_and_nothing_is_remembered()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var status = await cluster.PutAndWaitAsync(Spec);
        var victim = status.Instances[1].TaskId;

        (await cluster.App("/web").KillAsync([victim], wipe: false)).ShouldHaveSingleItem().TaskId.ShouldBe(victim);

        status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3) && app.Instances.All(instance => instance.TaskId != victim), "three others run");
        status.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crash_loop_waits_longer_each_time_and_says_why()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        cluster.Agents[0].OnLaunch = _ => TaskState.Failed;
        var change = await cluster.PutAsync(Spec with { Instances = 1, BackoffSeconds = 0.01, BackoffFactor = 1_000_000, MaxLaunchDelaySeconds = 3600 });
        change.Outcome.ShouldBe(ChangeOutcome.Accepted);

        // The first failure delays by 10 ms, the second by the longest.
        var status = await cluster.UntilAsync("/web", app => app.Failures.Count == 2 && app.Queue?.DelayedUntil is not null, "it has failed twice");
        status.Queue!.Count.ShouldBe(1);
        status.Queue.DelayedUntil!.Value.ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(50));
        status.Failures[0].Status.Message.ShouldBe("Command exited with status 3");

        cluster.Agents[0].OnLaunch = _ => TaskState.Running;
        await cluster.App("/web").ResetDelayAsync();
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1), "it runs after the reset");
    }

    [Fact]
    public async Task After_a_crash_of_the_control_plane_the_same_tasks_run_and_none_twice()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var before = await cluster.PutAndWaitAsync(Spec with { Instances = 6 });

        await cluster.Host.CrashAsync();
        foreach (var agent in cluster.Agents)
            await agent.DialAsync();

        var after = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 6), "all run again");
        after.Instances.Select(instance => instance.TaskId).ShouldBe(before.Instances.Select(instance => instance.TaskId), ignoreOrder: true);
        // The allocator knows what they hold: one more finds its place beside them.
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 7 }), 7).ShouldBeTrue();
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(7);
    }

    [Fact]
    public async Task All_instances_of_a_version_run_the_bytes_that_the_first_one_ran()
    {
        const string Pulled = "sha256:aaaa";
        await using var cluster = await AppFixture.StartAsync(agents: 0);
        var agent = await cluster.AddAgentAsync("agent0", registration => registration with { Containerizers = ["process", "docker"] });
        agent.OnLaunch = _ => TaskState.Staging;
        var image = Spec with { Container = new() { Type = "DOCKER", Docker = new() { Image = "web:1" } }, Instances = 1 };
        var change = cluster.PutAsync(image);
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Staged.Any()), "the first one is launched");
        agent.Specs[agent.Staged.Single()].Image!.Digest.ShouldBeNull("nobody has pulled it yet");
        await agent.ReportAsync(agent.Staged.Single(), TaskState.Running, update => update with { Image = $"web:1@{Pulled}" });
        await cluster.WaitForDeploymentAsync("/web", change);
        agent.OnLaunch = _ => TaskState.Running;

        await cluster.PutAndWaitAsync(image with { Instances = 3 });
        Digests().ShouldBe([null, Pulled, Pulled]);

        // What was learned outlives the control plane.
        await cluster.Host.CrashAsync();
        await agent.DialAsync();
        await cluster.PutAndWaitAsync(image with { Instances = 4 });
        Digests().ShouldBe([null, Pulled, Pulled, Pulled]);

        await cluster.PutAndWaitAsync(image with { Instances = 4, Cmd = "sleep 2000" });
        Digests().Count(digest => digest is null).ShouldBeGreaterThan(1, "another configuration looks anew");

        IEnumerable<string?> Digests() => agent.Launches.Select(task => agent.Specs[task].Image!.Digest);
    }

    [Fact]
    public async Task A_deployment_that_was_interrupted_by_a_crash_goes_on()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        await cluster.PutAndWaitAsync(Spec);
        foreach (var agent in cluster.Agents)
            agent.OnLaunch = _ => TaskState.Staging;
        await cluster.PutAsync(Spec with { Cmd = "sleep 3000" });
        await cluster.UntilAsync(
            "/web", app => app.Instances.Count == 6 && cluster.Agents.Sum(agent => agent.Staged.Count()) == 3, "new ones are staged beside the old");

        await cluster.Host.CrashAsync();
        foreach (var agent in cluster.Agents)
        {
            agent.OnLaunch = _ => TaskState.Running;
            await agent.DialAsync();
        }
        foreach (var agent in cluster.Agents)
        {
            foreach (var staged in agent.Staged.ToList())
                await agent.ReportAsync(staged, TaskState.Running);
        }

        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        var status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "three run");
        status.Instances.ShouldAllBe(instance => instance.Version == status.Target.Version);
    }

    [Fact]
    public async Task Tasks_of_an_agent_that_comes_back_without_them_are_replaced()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var before = await cluster.PutAndWaitAsync(Spec);

        await cluster.Agents[0].HangUpAsync();
        cluster.Agents[0].LoseTasks();
        await cluster.Agents[0].DialAsync();

        await cluster.UntilAsync(
            "/web", app => AppFixture.AllRun(app, 3) && app.Instances.All(instance => before.Instances.All(old => old.TaskId != instance.TaskId)), "three others run");
    }

    [Fact]
    public async Task Tasks_on_an_agent_out_of_reach_are_replaced_elsewhere_and_killed_when_it_returns()
    {
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1, options => options.Agents.UnreachableAfter = TimeSpan.FromMinutes(10), services => services.AddSingleton<TimeProvider>(time));
        var before = await cluster.PutAndWaitAsync(Spec);
        await cluster.Agents[0].HangUpAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        await cluster.AddAgentAsync("spare");

        // 11 minutes after the last sign of life of the one, 5 after that of the other.
        time.Advance(TimeSpan.FromMinutes(5));

        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3) && app.Instances.All(instance => instance.AgentId == "spare"), "three run on the spare agent");
        await cluster.Agents[0].DialAsync();

        await AppFixture.UntilAsync(() => Task.FromResult(!cluster.Agents[0].Running.Any()), "the replaced ones are killed");
        cluster.Agents[0].Launches.Count.ShouldBe(3);
        before.Instances.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_drained_agent_is_emptied()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        await cluster.PutAndWaitAsync(Spec);
        await cluster.Host.GetGrain<Contracts.Agents.IAgentGrain>("agent0").DrainAsync(null, markGone: false);

        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3) && app.Instances.All(instance => instance.AgentId == "agent1"), "all run on the other agent");
    }

    [Fact]
    public async Task A_rollout_that_fails_too_often_goes_back_by_itself()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var spec = Spec with { Extension = new() { FailureBudget = 1 } };
        var before = await cluster.PutAndWaitAsync(spec);
        foreach (var agent in cluster.Agents)
            agent.OnLaunch = task => task.Version == before.Target.Version ? TaskState.Running : TaskState.Failed;

        await cluster.PutAsync(spec with { Cmd = "exit 3" });

        await AppFixture.UntilAsync(async () => (await cluster.EventTypesAsync()).Contains("deployment_failed"), "the deployment fails");
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the way back ends");
        var after = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 3), "three run");
        // Nothing healthy was touched.
        after.Instances.Select(instance => instance.TaskId).ShouldBe(before.Instances.Select(instance => instance.TaskId), ignoreOrder: true);
        after.Target.Spec.Cmd.ShouldBe("sleep 1000");
    }

    [Fact]
    public async Task A_paused_rollout_starts_and_ends_nothing_until_it_is_resumed()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var spec = Spec with { UpgradeStrategy = new() { MinimumHealthCapacity = 1, MaximumOverCapacity = 0.34 } };
        var before = await cluster.PutAndWaitAsync(spec);
        cluster.Agents[0].OnLaunch = _ => TaskState.Staging;
        var change = await cluster.PutAsync(spec with { Cmd = "sleep 2000" });
        // 3 * 1.34 = 4.02: one more than there are.
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4 && cluster.Agents[0].Staged.Any(), "one new one is staged");
        var deployment = cluster.Host.GetGrain<IDeploymentGrain>(change.DeploymentId);

        (await deployment.PauseAsync()).ShouldBeTrue();
        (await deployment.GetStatusAsync())!.Paused.ShouldBeTrue();
        cluster.Agents[0].OnLaunch = _ => TaskState.Running;
        var first = cluster.Agents[0].Staged.Single();
        await cluster.Agents[0].ReportAsync(first, TaskState.Running);

        var paused = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "the new one runs beside all old ones");
        paused.Instances.Count(instance => instance.Version == before.Target.Version).ShouldBe(3);
        (await cluster.Root.GetDeploymentsAsync()).ShouldContain(change.DeploymentId);

        (await deployment.ResumeAsync()).ShouldBeTrue();
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        var after = (await cluster.App("/web").GetStatusAsync())!;
        after.Instances.ShouldContain(instance => instance.TaskId == first);
        after.Instances.ShouldAllBe(instance => instance.Version == change.Version);
    }

    [Fact]
    public async Task A_paused_rollout_stays_paused_over_a_crash_of_the_control_plane()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var spec = Spec with { UpgradeStrategy = new() { MinimumHealthCapacity = 1, MaximumOverCapacity = 0.34 } };
        var before = await cluster.PutAndWaitAsync(spec);
        cluster.Agents[0].OnLaunch = _ => TaskState.Staging;
        var change = await cluster.PutAsync(spec with { Cmd = "sleep 2000" });
        // 3 * 1.34 = 4.02: one more than there are.
        await cluster.UntilAsync("/web", app => app.Instances.Count == 4 && cluster.Agents[0].Staged.Any(), "one new one is staged");
        (await cluster.Host.GetGrain<IDeploymentGrain>(change.DeploymentId).PauseAsync()).ShouldBeTrue();

        await cluster.Host.CrashAsync();
        cluster.Agents[0].OnLaunch = _ => TaskState.Running;
        await cluster.Agents[0].DialAsync();
        await cluster.Agents[0].ReportAsync(cluster.Agents[0].Staged.Single(), TaskState.Running);

        var deployment = cluster.Host.GetGrain<IDeploymentGrain>(change.DeploymentId);
        await AppFixture.UntilAsync(async () => await deployment.GetStatusAsync() is { Paused: true }, "the deployment is found again, paused");
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "the new one runs beside all old ones");
        // Another app comes and goes in the meantime: the control plane is at work, and only this rollout rests.
        await cluster.PutAndWaitAsync(Spec with { Id = "/other", Instances = 1, PortDefinitions = default });
        var paused = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 4), "nothing has changed");
        paused.Instances.Count(instance => instance.Version == before.Target.Version).ShouldBe(3);
        (await cluster.Root.GetDeploymentsAsync()).ShouldBe([change.DeploymentId]);

        (await deployment.ResumeAsync()).ShouldBeTrue();
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        (await cluster.App("/web").GetStatusAsync())!.Instances.ShouldAllBe(instance => instance.Version == change.Version);
        // 3 old ones, 3 new ones, and the other app's.
        cluster.Agents[0].Launches.Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_canary_step_that_was_promoted_stays_promoted_when_the_rollout_is_scaled_and_after_a_crash()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var spec = Spec with { Instances = 4, Extension = new() { Canary = new() { Steps = ["1", "2"] } } };
        var before = await cluster.PutAndWaitAsync(spec);
        var next = spec with { Cmd = "sleep 4000" };
        await cluster.PutAsync(next);
        await NewOnesAsync(1, of: 4);
        (await cluster.App("/web").PromoteAsync(force: false)).Promoted.ShouldBeTrue();
        await NewOnesAsync(2, of: 4);

        await cluster.Host.CrashAsync();
        foreach (var agent in cluster.Agents)
            await agent.DialAsync();
        await NewOnesAsync(2, of: 4);
        (await cluster.PutAsync(next with { Instances = 5 }, force: true)).Outcome.ShouldBe(ChangeOutcome.Accepted);
        // The second step stays: two are new, and the old ones are one more.
        await NewOnesAsync(2, of: 5);

        (await cluster.App("/web").PromoteAsync(force: false)).Promoted.ShouldBeTrue();
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        await NewOnesAsync(5, of: 5);

        Task NewOnesAsync(int count, int of) => cluster.UntilAsync(
            "/web", app => AppFixture.AllRun(app, of) && app.Instances.Count(instance => instance.Version != before.Target.Version) == count, $"{count} of {of} are new");
    }

    [Fact]
    public async Task Instances_are_told_that_their_group_enforces_its_role()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var told = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        cluster.Agents[0].OnLaunch = task =>
        {
            told.Enqueue(task.Environment.Find("MARATHON_APP_ENFORCE_GROUP_ROLE"));
            return TaskState.Running;
        };
        await cluster.Root.ChangeAsync(new() { Groups = [new() { Path = "/shop", EnforceRole = true }] });
        await cluster.PutAndWaitAsync(Spec with { Id = "/shop/web", Role = "shop", Instances = 1 });
        await cluster.PutAndWaitAsync(Spec with { Id = "/free", Instances = 1, PortDefinitions = default });

        told.ShouldBe(["TRUE", "FALSE"]);
    }

    [Fact]
    public async Task A_canary_waits_until_a_person_promotes_it()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var spec = Spec with { Extension = new() { Canary = new() { Steps = ["1"] } } };
        await cluster.PutAndWaitAsync(spec);
        (await cluster.App("/web").PromoteAsync(force: true)).Promoted.ShouldBeFalse();

        var change = await cluster.PutAsync(spec with { Cmd = "sleep 4000" });
        await cluster.UntilAsync(
            "/web", app => AppFixture.AllRun(app, 3) && app.Instances.Count(instance => instance.Version == app.Target.Version) == 1, "one of three is new");
        (await cluster.Root.GetDeploymentsAsync()).ShouldContain(change.DeploymentId);

        (await cluster.App("/web").PromoteAsync(force: false)).Promoted.ShouldBeTrue();
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "the deployment ends");
        (await cluster.App("/web").GetStatusAsync())!.Instances.ShouldAllBe(instance => instance.Version == change.Version);
    }

    [Fact]
    public async Task Events_tell_what_happens_in_Marathons_words()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var status = await cluster.PutAndWaitAsync(Spec with { Instances = 1, HealthChecks = [new() { Protocol = "TCP", PortIndex = 0 }] });
        await cluster.Agents[0].ReportAsync(
            status.Instances[0].TaskId, TaskState.Killed, update => update with { Reason = TaskReasons.Unhealthy, Message = "3 checks failed" });
        await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1) && app.Failures.Count == 1, "it is replaced");

        await AppFixture.UntilAsync(
            async () =>
            {
                var types = await cluster.EventTypesAsync();
                return new[] { "status_update_event", "instance_changed_event", "instance_health_changed_event", "health_status_changed_event", "unhealthy_instance_kill_event" }
                    .All(types.Contains);
            },
            "all events are logged");
    }
}
