using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Allocation;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Frameworks;

/// <summary>What a framework hears of its tasks when their agent comes back.</summary>
public sealed class FrameworkReportTests
{
    private static async Task<(IFrameworkGrain Framework, FrameworkEvents Events, string PlaceId)> LaunchAsync(AppFixture cluster)
    {
        var framework = cluster.Host.GetGrain<IFrameworkGrain>("f-1");
        var events = new FrameworkEvents();
        await SubscribeAsync(cluster, framework, events, "stream");
        var offer = await events.OfferAsync();
        var task = new TaskSpec { TaskId = "one", Name = "one", Owner = "", Resources = Resources.Parse("cpus:0.1;mem:32"), Command = new() { Shell = "sleep 1000" } };
        await framework.AcceptAsync("stream", new() { OfferIds = [offer.Id], Operations = [new() { Launches = [new() { TaskId = "one", AgentId = offer.AgentId, Task = task }] }] });
        await AppFixture.UntilAsync(() => Task.FromResult(!cluster.Agents[0].Specs.IsEmpty && cluster.Agents[0].Unacknowledged == 0), "the agent has the task");
        return (framework, events, cluster.Agents[0].Specs.Keys.Single());
    }

    private static async Task SubscribeAsync(AppFixture cluster, IFrameworkGrain framework, FrameworkEvents events, string stream)
    {
        var spec = new FrameworkSpec { Name = "Kafka", FailoverTimeoutSeconds = 10_000, Capabilities = FrameworkCapabilities.PartitionAware };
        (await framework.SubscribeAsync(spec, stream, cluster.Host.GrainFactory.CreateObjectReference<IFrameworkStream>(events))).ShouldBeNull();
    }

    private static async Task<TaskState> StateAsync(IFrameworkGrain framework) => (await framework.GetStatusAsync())!.Tasks[0].State;

    [Fact]
    public async Task What_an_agent_could_not_tell_is_told_in_its_order_and_the_state_is_its_last()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var agent = cluster.Agents[0];
        agent.OnLaunch = _ => TaskState.Staging;
        var (framework, events, task) = await LaunchAsync(cluster);
        await agent.HangUpAsync();
        await agent.ReportAsync(task, TaskState.Starting);
        await agent.ReportAsync(task, TaskState.Running);

        await agent.DialAsync();

        (await events.UpdateAsync()).Status.State.ShouldBe(TaskState.Starting);
        (await StateAsync(framework)).ShouldBe(TaskState.Running);
        await framework.AcknowledgeAsync("stream", "one", events.Last!.Id);
        (await events.UpdateAsync()).Status.State.ShouldBe(TaskState.Running);
        await framework.AcknowledgeAsync("stream", "one", events.Last!.Id);
        await AppFixture.UntilAsync(() => Task.FromResult(agent.Unacknowledged == 0), "all is acknowledged");
        (await StateAsync(framework)).ShouldBe(TaskState.Running);
    }

    [Fact]
    public async Task A_task_that_was_out_of_reach_is_back_with_its_agent()
    {
        var time = new SteppedTime();
        await using var cluster = await AppFixture.StartAsync(
            agents: 1, options => options.Agents.UnreachableAfter = TimeSpan.FromMinutes(10), services => services.AddSingleton<TimeProvider>(time));
        var (framework, events, _) = await LaunchAsync(cluster);
        (await events.UpdateAsync()).Status.State.ShouldBe(TaskState.Running);
        await framework.AcknowledgeAsync("stream", "one", events.Last!.Id);
        await cluster.Agents[0].HangUpAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        await cluster.AddAgentAsync("spare");
        time.Advance(TimeSpan.FromMinutes(5));
        // Its stream has had no sign of life either.
        await SubscribeAsync(cluster, framework, events, "again");
        (await events.UpdateAsync()).Status.State.ShouldBe(TaskState.Unreachable);
        await framework.AcknowledgeAsync("again", "one", events.Last!.Id);

        await cluster.Agents[0].DialAsync();

        var back = await events.UpdateAsync();
        (back.Status.State, back.Status.Reason, back.IsFromControlPlane).ShouldBe((TaskState.Running, "REASON_SLAVE_REREGISTERED", true));
        (await StateAsync(framework)).ShouldBe(TaskState.Running);
    }
}
