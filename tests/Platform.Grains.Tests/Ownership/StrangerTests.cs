using Platform.Contracts.Allocation;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Apps;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Frameworks;
using Platform.Grains.Tests.Jobs;

namespace Platform.Grains.Tests.Ownership;

/// <summary>An agent that is not to be trusted says things of tasks that are on another one.</summary>
public sealed class StrangerTests
{
    private static AppSpec App(string id, params ConstraintSpec[] constraints) => new() { Id = id, Cmd = "sleep", Cpus = 1, Mem = 32, Constraints = [.. constraints] };

    private static async Task<(ScriptedAgent Right, ScriptedAgent Wrong, TaskSpec Task)> FindAsync(AppFixture cluster)
    {
        await AppFixture.UntilAsync(() => Task.FromResult(cluster.Agents.Any(agent => agent.Running.Any())), "a task runs");
        var right = cluster.Agents.Single(agent => agent.Running.Any());
        return (right, cluster.Agents.Single(agent => agent != right), right.Specs[right.Running.Single()]);
    }

    private static async Task ClaimAsync(ScriptedAgent agent, TaskSpec task, TaskState state)
    {
        await agent.ClaimAsync(task, state);
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Unacknowledged == 0), "the word is acknowledged");
    }

    private static async Task<int> HeldAsync(AppFixture cluster) => (await cluster.Host.GetGrain<IAllocatorGrain>(0).GetStatusAsync()).Tasks;

    [Theory]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Finished)]
    [InlineData(TaskState.Lost)]
    public async Task The_end_of_a_task_that_another_agent_tells_of_ends_nothing_and_frees_no_place(TaskState state)
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var before = await cluster.PutAndWaitAsync(App("/web"));
        var (_, wrong, task) = await FindAsync(cluster);

        await ClaimAsync(wrong, task, state);
        // Nor under the name of somebody who does not know the task.
        await cluster.PutAsync(App("/other") with { Instances = 0 });
        await ClaimAsync(wrong, task with { Owner = "app:/other" }, state);

        var after = (await cluster.App("/web").GetStatusAsync())!;
        after.Instances.ShouldHaveSingleItem().TaskId.ShouldBe(before.Instances[0].TaskId);
        after.Instances[0].State.ShouldBe(TaskState.Running);
        (await HeldAsync(cluster)).ShouldBe(1);
        // That of /other, which had no such task.
        await AppFixture.UntilAsync(async () => (await cluster.EventTypesAsync()).Any(type => type == "unknown_instance_terminated_event"), "its end is told");
        (await cluster.EventTypesAsync()).Count(type => type == "unknown_instance_terminated_event").ShouldBe(1);
    }

    [Fact]
    public async Task A_task_that_runs_where_it_was_not_launched_is_killed_there_and_goes_on_where_it_was()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        await cluster.PutAndWaitAsync(App("/web"));
        var (right, wrong, task) = await FindAsync(cluster);

        await wrong.ClaimAsync(task, TaskState.Running);

        await AppFixture.UntilAsync(() => Task.FromResult(!wrong.Running.Any() && wrong.Unacknowledged == 0), "it is killed there");
        right.Running.ShouldBe([task.TaskId]);
        // Also when it is said at the beginning of a session.
        await wrong.HangUpAsync();
        await wrong.ClaimAsync(task, TaskState.Running);
        await wrong.DialAsync();
        await AppFixture.UntilAsync(() => Task.FromResult(!wrong.Running.Any() && wrong.Unacknowledged == 0), "it is killed there again");
        right.Running.ShouldBe([task.TaskId]);
        (await cluster.App("/web").GetStatusAsync())!.Instances.ShouldHaveSingleItem().State.ShouldBe(TaskState.Running);
        // The word of its own agent counts.
        await right.ReportAsync(task.TaskId, TaskState.Failed);
        await cluster.UntilAsync("/web", status => AppFixture.AllRun(status, 1) && status.Instances[0].TaskId != task.TaskId, "it is replaced");
    }

    [Fact]
    public async Task A_run_of_a_job_does_not_end_by_the_word_of_another_agent()
    {
        await using var jobs = await JobFixture.StartAsync(agents: 2);
        var job = await jobs.PutAsync(JobFixture.Spec("nightly"));
        var run = (await job.StartAsync(default, default))!.Run.RunId;
        var (right, wrong, task) = await FindAsync(jobs.Cluster);

        await ClaimAsync(wrong, task, TaskState.Finished);

        (await job.GetRunAsync(run))!.Run.EndedAt.ShouldBeNull();
        await right.ReportAsync(task.TaskId, TaskState.Finished);
        await jobs.UntilAsync("nightly", run, status => status.Run.EndedAt is not null, "its own agent ends it");
    }

    [Fact]
    public async Task A_framework_hears_of_its_tasks_from_their_agents_alone()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 2);
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-1");
        var events = new FrameworkEvents();
        (await framework.SubscribeAsync(new() { Name = "Kafka", FailoverTimeoutSeconds = 1000 }, "stream", cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events))).ShouldBeNull();
        var offer = await events.OfferAsync();
        await framework.AcceptAsync("stream", new()
        {
            OfferIds = [offer.Id],
            Operations =
            [
                new()
                {
                    Launches =
                    [
                        new()
                        {
                            TaskId = "one",
                            AgentId = offer.AgentId,
                            Task = new() { TaskId = "one", Name = "one", Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } },
                        },
                    ],
                },
            ],
        });
        var (right, wrong, task) = await FindAsync(cluster);
        (await events.UpdateAsync()).Status.State.ShouldBe(TaskState.Running);
        await framework.AcknowledgeAsync("stream", "one", events.Last!.Id);

        await ClaimAsync(wrong, task, TaskState.Failed);
        await wrong.ClaimAsync(task, TaskState.Running);
        await AppFixture.UntilAsync(() => Task.FromResult(!wrong.Running.Any() && wrong.Unacknowledged == 0), "it is killed there");
        (await HeldAsync(cluster)).ShouldBe(1);
        right.Running.ShouldBe([task.TaskId]);

        // The next thing that it hears is what its own agent says.
        await right.ReportAsync(task.TaskId, TaskState.Finished);
        var update = await events.UpdateAsync();
        (update.Status.State, update.AgentId).ShouldBe((TaskState.Finished, right.Id));
    }
}
