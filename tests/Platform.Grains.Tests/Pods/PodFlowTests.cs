using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Allocation;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Pods;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Pods;

/// <summary>A pod goes through the same gate, rollouts and records as an app; what differs is that an instance has several tasks.</summary>
public class PodFlowTests
{
    private static readonly AppSpec Spec = PodSpec.WithTotals(new()
    {
        Id = "/pod",
        Instances = 2,
        BackoffSeconds = 0.01,
        MaxLaunchDelaySeconds = 0.05,
        ExecutorResources = new() { Cpus = 0.1, Mem = 32, Disk = 10 },
        Networks = [new() { Mode = NetworkMode.Host }],
        Pod = new()
        {
            Containers =
            [
                new() { Name = "web", Command = new() { Shell = "sleep 1000" }, Cpus = 0.2, Mem = 64, Endpoints = [new() { Name = "http", HostPort = 0 }] },
                new() { Name = "helper", Command = new() { Shell = "sleep 1000" }, Cpus = 0.1, Mem = 32 },
            ],
        },
    });

    [Fact]
    public async Task A_pod_is_started_scaled_and_removed_with_all_its_containers()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);

        var status = await cluster.PutAndWaitAsync(Spec);
        AppFixture.AllRun(status, 2).ShouldBeTrue();
        foreach (var instance in status.Instances.ToArray())
        {
            instance.TaskId.ShouldBe(instance.InstanceId + "._pod.1");
            instance.Containers.Select(container => container.TaskId).ShouldBe([instance.InstanceId + ".web.1", instance.InstanceId + ".helper.1"]);
            instance.Containers.ShouldAllBe(container => container.State == TaskState.Running);
            instance.Ports.Count.ShouldBe(1);
        }
        // Each instance holds 0.2 + 0.1 cpus and 64 + 32 MB for its containers, and 0.1 cpus and 32 MB for the executor, under one place.
        var held = await cluster.Host.GetGrain<IAllocatorGrain>(0).GetStatusAsync();
        (held.Tasks, held.Held.Cpus, held.Held.Mem).ShouldBe((2, 2 * 400L, 2 * 128_000L));

        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 3 }), 3).ShouldBeTrue();
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 1 }), 1).ShouldBeTrue();
        // 3 instances with 2 containers each; none was started twice.
        cluster.Agents.SelectMany(agent => agent.Launches).Distinct().Count().ShouldBe(6);
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(6);

        await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/pod", Kind = AppChangeKind.Remove, IsPod = true }] });
        await AppFixture.UntilAsync(async () => (await cluster.Root.GetDeploymentsAsync()).IsEmpty, "it is removed");
        (await cluster.App("/pod").GetStatusAsync()).ShouldBeNull();
        cluster.Agents.SelectMany(agent => agent.Running).ShouldBeEmpty();
        await AppFixture.UntilAsync(async () => (await cluster.Host.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Tasks == 0, "nothing is held");
    }

    [Fact]
    public async Task Containers_of_an_instance_share_a_group_on_one_agent_and_know_each_others_ports()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);

        var instance = (await cluster.PutAndWaitAsync(Spec with { Instances = 1 })).Instances[0];

        var agent = cluster.Agents.Single(agent => agent.Id == instance.AgentId);
        var tasks = instance.Containers.Select(container => agent.Specs[container.TaskId]).ToList();
        tasks.ShouldAllBe(task => task.Group == instance.TaskId && task.EndsGroup == TaskGroupEnd.Always);
        tasks.ShouldAllBe(task => task.Environment["ENDPOINT_HTTP"] == instance.Ports[0].ToString());
        tasks[1].Environment["MARATHON_CONTAINER_ID"].ShouldBe("helper");
        tasks[0].Held.ShouldBe(tasks[0].Resources.Plus(tasks[0].Overhead!));
        tasks[1].Overhead.ShouldBeNull();
    }

    [Fact]
    public async Task The_end_of_one_container_replaces_the_whole_instance()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var before = await cluster.PutAndWaitAsync(Spec);
        var victim = before.Instances[0];

        await cluster.Agents[0].ReportAsync(victim.Containers[1].TaskId, TaskState.Failed, update => update with { ExitStatus = 7, Message = "boom" });

        var after = await cluster.UntilAsync("/pod", pod => AppFixture.AllRun(pod, 2) && pod.Instances.All(instance => instance.InstanceId != victim.InstanceId), "another instance runs");
        after.Instances.ShouldContain(instance => instance.InstanceId == before.Instances[1].InstanceId);
        var failure = after.Failures.ShouldHaveSingleItem();
        failure.InstanceId.ShouldBe(victim.InstanceId);
        (failure.Status.TaskId, failure.Status.ExitStatus).ShouldBe((victim.Containers[1].TaskId, 7));
        failure.Containers.Select(container => (container.Name, container.State)).ShouldBe([("web", TaskState.Killed), ("helper", TaskState.Failed)]);
        cluster.Agents[0].Running.ShouldNotContain(victim.Containers[0].TaskId);
        await AppFixture.UntilAsync(() => Task.FromResult(cluster.Agents[0].Unacknowledged == 0), "all updates are acknowledged");
    }

    [Fact]
    public async Task An_update_replaces_instances_as_a_whole_and_never_has_fewer_healthy_ones_than_the_minimum()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var before = await cluster.PutAndWaitAsync(Spec);
        var changed = Spec with { Pod = Spec.Pod! with { Containers = [Spec.Pod.Containers[0], Spec.Pod.Containers[1] with { Command = new() { Shell = "sleep 2000" } }] } };

        var after = await cluster.PutAndWaitAsync(changed);

        AppFixture.AllRun(after, 2).ShouldBeTrue();
        after.Instances.ShouldAllBe(instance => instance.Version == after.Target.Version);
        after.Instances.Select(instance => instance.InstanceId).ShouldNotContain(id => before.Instances.Any(old => old.InstanceId == id));
        after.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_crash_of_the_control_plane_the_same_containers_run_and_hold_what_they_held()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var before = await cluster.PutAndWaitAsync(Spec);

        await cluster.Host.CrashAsync();
        foreach (var agent in cluster.Agents)
            await agent.DialAsync();

        var after = await cluster.UntilAsync("/pod", pod => AppFixture.AllRun(pod, 2), "all run again");
        after.Instances.Select(instance => instance.InstanceId).ShouldBe(before.Instances.Select(instance => instance.InstanceId), ignoreOrder: true);
        cluster.Agents.Sum(agent => agent.Launches.Count).ShouldBe(4);
        // As before the crash: one place for each instance, with the containers' and the executor's resources.
        await AppFixture.UntilAsync(
            async () => await cluster.Host.GetGrain<IAllocatorGrain>(0).GetStatusAsync() is { Tasks: 2, Held: { Cpus: 800, Mem: 256_000 } },
            "the allocator knows both places");
        AppFixture.AllRun(await cluster.PutAndWaitAsync(Spec with { Instances = 3 }), 3).ShouldBeTrue();
    }

    [Fact]
    public async Task A_container_that_its_agent_came_back_without_ends_its_instance()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var before = await cluster.PutAndWaitAsync(Spec);
        var victim = before.Instances[0];

        cluster.Agents[0].LoseTask(victim.Containers[0].TaskId);
        await cluster.Agents[0].DialAsync();

        var after = await cluster.UntilAsync("/pod", pod => AppFixture.AllRun(pod, 2) && pod.Instances.All(instance => instance.InstanceId != victim.InstanceId), "another instance runs");
        after.Failures.ShouldHaveSingleItem().Status.State.ShouldBe(TaskState.Gone);
        cluster.Agents[0].Running.ShouldNotContain(victim.Containers[1].TaskId);
    }

    [Fact]
    public async Task An_instance_on_an_agent_out_of_reach_is_replaced_and_the_old_one_ends_when_the_agent_returns()
    {
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1, options => options.Agents.UnreachableAfter = TimeSpan.FromMinutes(10), services => services.AddSingleton<TimeProvider>(time));
        var spec = Spec with { Instances = 1, UnreachableStrategy = new() { InactiveAfterSeconds = 0, ExpungeAfterSeconds = 0 } };
        var before = await cluster.PutAndWaitAsync(spec);
        before.Instances[0].AgentId.ShouldBe("agent0");
        await cluster.Agents[0].HangUpAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        await cluster.AddAgentAsync("spare");

        // 11 minutes after the last sign of life of the one, 5 after that of the other.
        time.Advance(TimeSpan.FromMinutes(5));

        var after = await cluster.UntilAsync("/pod", pod => AppFixture.AllRun(pod, 1) && pod.Instances[0].AgentId == "spare", "it runs on the other agent");
        await cluster.Agents[0].DialAsync();

        await AppFixture.UntilAsync(() => Task.FromResult(!cluster.Agents[0].Running.Any()), "the old containers are killed");
        (await cluster.App("/pod").GetStatusAsync())!.Instances.ShouldHaveSingleItem().InstanceId.ShouldBe(after.Instances[0].InstanceId);
    }

    [Fact]
    public async Task Containers_wait_for_the_init_containers_and_the_instance_runs_when_those_have_succeeded()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        cluster.Agents[0].OnLaunch = task => task.TaskId.Contains(".init-", StringComparison.Ordinal) ? TaskState.Finished : TaskState.Running;
        var containers = Spec.Pod!.Containers;
        var spec = PodSpec.WithTotals(Spec with
        {
            Instances = 1,
            Pod = new()
            {
                Containers =
                [
                    containers[0],
                    new() { Name = "init-a", Command = new() { Shell = "true" }, Cpus = 0.1, Mem = 32, Role = PodContainerRole.Init },
                    new() { Name = "init-b", Command = new() { Shell = "true" }, Cpus = 0.1, Mem = 32, Role = PodContainerRole.Init },
                    new() { Name = "side", Command = new() { Shell = "sleep 1000" }, Cpus = 0.1, Mem = 32, Role = PodContainerRole.Sidecar },
                ],
            },
        });

        var instance = (await cluster.PutAndWaitAsync(spec)).Instances.ShouldHaveSingleItem();

        instance.State.ShouldBe(TaskState.Running);
        instance.Containers.Select(container => container.State).ShouldBe([TaskState.Running, TaskState.Finished, TaskState.Finished, TaskState.Running]);
        IEnumerable<string> After(int container) => cluster.Agents[0].Specs[instance.Containers[container].TaskId].StartsAfter;
        After(1).ShouldBeEmpty();
        After(2).ShouldBe([instance.Containers[1].TaskId]);
        After(0).ShouldBe([instance.Containers[1].TaskId, instance.Containers[2].TaskId]);
        After(3).ShouldBe([instance.Containers[1].TaskId, instance.Containers[2].TaskId]);

        // The end of a sidecar is seen and ends nothing.
        await cluster.Agents[0].ReportAsync(instance.Containers[3].TaskId, TaskState.Failed);
        var later = await cluster.UntilAsync("/pod", pod => pod.Instances[0].Containers[3].State == TaskState.Failed, "the end of the sidecar is known");
        later.Instances[0].InstanceId.ShouldBe(instance.InstanceId);
        later.Instances[0].State.ShouldBe(TaskState.Running);
    }

    [Fact]
    public async Task A_run_once_pod_is_done_when_its_main_containers_have_succeeded()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var spec = Spec with { Instances = 1, Extension = new() { RunOnce = true } };
        var instance = (await cluster.PutAndWaitAsync(spec)).Instances[0];

        await cluster.Agents[0].ReportAsync(instance.Containers[0].TaskId, TaskState.Finished);
        var halfway = await cluster.UntilAsync("/pod", pod => pod.Instances[0].Containers[0].State == TaskState.Finished, "the first has succeeded");
        halfway.Instances[0].State.ShouldBe(TaskState.Running);
        await cluster.Agents[0].ReportAsync(instance.Containers[1].TaskId, TaskState.Finished);

        var done = await cluster.UntilAsync("/pod", pod => pod.Instances.IsEmpty, "the instance is done");
        done.Failures.ShouldBeEmpty();
        done.Queue.ShouldBeNull();
        cluster.Agents[0].Launches.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_path_is_that_of_an_app_or_of_a_pod_and_never_of_both()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        await cluster.PutAndWaitAsync(Spec);

        var put = await cluster.PutAsync(new() { Id = "/pod", Cmd = "sleep 1000", Cpus = 0.1, Mem = 32 });
        var removal = await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/pod", Kind = AppChangeKind.Remove }] });

        put.Outcome.ShouldBe(ChangeOutcome.Invalid);
        put.Problems.ShouldBe(["Applications and Pods may not share the same id: /pod"]);
        removal.Outcome.ShouldBe(ChangeOutcome.NotFound);
        AppFixture.AllRun((await cluster.App("/pod").GetStatusAsync())!, 2).ShouldBeTrue();
    }

    [Fact]
    public async Task A_pod_with_an_image_waits_and_says_that_no_agent_offers_the_containerizer()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var containers = Spec.Pod!.Containers;
        await cluster.PutAsync(Spec with { Pod = new() { Containers = [containers[0] with { Image = new() { Id = "nginx" } }] } });

        var status = await cluster.UntilAsync("/pod", pod => pod.Queue?.Explanation is not null, "it says why it waits");

        status.Instances.ShouldBeEmpty();
        status.Queue!.Explanation!.Rejections.Select(rejection => rejection.ToString()).ShouldContain(text => text.Contains("docker", StringComparison.Ordinal));
    }
}
