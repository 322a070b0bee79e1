using System.Net;
using System.Text.Json;
using Platform.Api.Tests.Marathon;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>Containers that operators have agents run, without a task.</summary>
public sealed class StandaloneContainerTests(MesosServer server) : IClassFixture<MesosServer>
{
    private async Task<SimulatedAgent> AgentAsync(string id, Func<TaskSpec, TaskState>? outcome = null)
    {
        var agent = new SimulatedAgent(server.Grains, id, "cpus:1;mem:100", TimeProvider.System) { Attributes = $"own:{id}" };
        if (outcome is not null)
            agent.Outcome = outcome;
        await agent.ConnectAsync();
        return agent;
    }

    private Task<Answer> AskAsync(string agent, string type, string id, string more = "") =>
        server.CallAsync($$$"""{"type":"{{{type}}}","{{{type.ToLowerInvariant()}}}":{"container_id":{"value":"{{{id}}}"} {{{more}}} } }""", $"/agent/{agent}/api/v1");

    private Task<Answer> LaunchAsync(string agent, string id, string more = "") => AskAsync(agent, "LAUNCH_CONTAINER", id, ""","command":{"value":"sleep 1000"}""" + more);

    private async Task<List<JsonElement>> ShownAsync(string agent, string more = ""","get_containers":{"show_standalone":true}""") =>
        (await server.CallAsync($$"""{"type":"GET_CONTAINERS"{{more}}}""", $"/agent/{agent}/api/v1")).Json.GetProperty("get_containers").TryGetProperty("containers", out var shown) ? [.. shown.EnumerateArray()] : [];

    [Fact]
    public async Task One_is_launched_once_shown_killed_waited_for_and_removed()
    {
        var specs = new List<TaskSpec>();
        var agent = await AgentAsync("alone", spec =>
        {
            specs.Add(spec);
            return TaskState.Running;
        });
        (await LaunchAsync("alone", "a", ""","resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":8}},{"name":"mem","type":"SCALAR","scalar":{"value":64}}]""")).Status.ShouldBe(HttpStatusCode.OK);
        (await LaunchAsync("alone", "a")).Status.ShouldBe(HttpStatusCode.Accepted);
        // It is bounded by what it asks for, and takes nothing of what the agent offers: the agent has not that much.
        var spec = specs.ShouldHaveSingleItem();
        (spec.Resources.IsEmpty, spec.CpuLimit, spec.MemoryLimit, spec.Command.Shell, spec.Identity).ShouldBe((true, 8d, 64d, "sleep 1000", null));
        (await server.SendAsync("GET", "/agent/alone/metrics/snapshot")).Json.GetProperty("slave/cpus_used").GetDouble().ShouldBe(0);
        (await ShownAsync("alone")).ShouldHaveSingleItem().GetProperty("container_id").GetProperty("value").GetString().ShouldBe("a");
        (await ShownAsync("alone", "")).ShouldBeEmpty();

        (await AskAsync("alone", "REMOVE_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.InternalServerError);
        var wait = AskAsync("alone", "WAIT_CONTAINER", "a");
        (await AskAsync("alone", "KILL_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.OK);
        (await wait).Json.GetProperty("wait_container").GetProperty("exit_status").GetInt32().ShouldBe(9);
        var killed = await AskAsync("alone", "KILL_CONTAINER", "a");
        (killed.Status, killed.Text).ShouldBe((HttpStatusCode.NotFound, "Container 'a' cannot be found (or is already killed)"));
        (await ShownAsync("alone")).ShouldBeEmpty();
        (await AskAsync("alone", "REMOVE_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync("alone", "WAIT_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await AskAsync("alone", "REMOVE_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.InternalServerError);
        GC.KeepAlive(agent);
    }

    [Fact]
    public async Task How_one_ended_is_kept_by_the_agent_through_its_sessions()
    {
        var agent = await AgentAsync("alone-kept");
        await LaunchAsync("alone-kept", "a");
        await LaunchAsync("alone-kept", "b");
        var (a, b) = (agent.Tasks[0], agent.Tasks[1]);
        await agent.ReportAsync(a, TaskState.Failed, update => update with { ExitStatus = 3, Reason = TaskReasons.CommandExecutorFailed, Message = "Command exited with status 3" });
        await agent.ReportAsync(b, TaskState.Failed, update => update with { Signal = 9, Reason = TaskReasons.MemoryLimit });
        await agent.DisconnectAsync();
        await agent.ConnectAsync();
        agent.Unacknowledged.ShouldBe(2);

        var exited = (await AskAsync("alone-kept", "WAIT_CONTAINER", "a")).Json.GetProperty("wait_container");
        (exited.GetProperty("exit_status").GetInt32(), exited.GetProperty("message").GetString(), exited.TryGetProperty("state", out _)).ShouldBe((3 << 8, "Command exited with status 3", false));
        var limited = (await AskAsync("alone-kept", "WAIT_CONTAINER", "b")).Json.GetProperty("wait_container");
        (limited.GetProperty("exit_status").GetInt32(), limited.GetProperty("state").GetString(), limited.GetProperty("reason").GetString()).ShouldBe((9, "TASK_FAILED", "REASON_CONTAINER_LIMITATION_MEMORY"));
        // One of the name may run again, and its end is another one.
        (await LaunchAsync("alone-kept", "a")).Status.ShouldBe(HttpStatusCode.OK);
        agent.Tasks.ShouldHaveSingleItem().ShouldNotBe(a);
        await agent.ReportAsync(agent.Tasks[0], TaskState.Finished, update => update with { ExitStatus = 0 });
        (await AskAsync("alone-kept", "WAIT_CONTAINER", "a")).Json.GetProperty("wait_container").GetProperty("exit_status").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_refused_and_forgotten()
    {
        var launched = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var agent = await AgentAsync("alone-not", spec =>
        {
            launched.SetResult(spec.TaskId);
            return TaskState.Staging;
        });
        var launch = LaunchAsync("alone-not", "a");
        await agent.ReportAsync(await launched.Task, TaskState.Failed, update => update with { Reason = TaskReasons.LaunchFailed, Message = "no such user" });
        var refused = await launch;
        (refused.Status, refused.Text).ShouldBe((HttpStatusCode.BadRequest, "Failed to launch container: no such user"));
        (await AskAsync("alone-not", "WAIT_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task One_that_is_killed_before_it_runs_does_not_run()
    {
        var launched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var agent = await AgentAsync("alone-early", _ =>
        {
            launched.SetResult();
            return TaskState.Staging;
        });
        var launch = LaunchAsync("alone-early", "a");
        await launched.Task;
        (await AskAsync("alone-early", "KILL_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.OK);
        await launch;
        agent.Tasks.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_with_nothing_else_is_drained()
    {
        var agent = await AgentAsync("alone-drained");
        await LaunchAsync("alone-drained", "a");
        var grain = server.Grains.GetGrain<IAgentGrain>("alone-drained");
        await grain.DrainAsync(null, markGone: false);
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Drained);
        (await ShownAsync("alone-drained")).ShouldHaveSingleItem();
        await agent.ConnectAsync();
        (await grain.GetStatusAsync())!.Condition.ShouldBe(AgentCondition.Drained);
    }

    [Fact]
    public async Task Without_a_session_nothing_is_started()
    {
        var agent = await AgentAsync("alone-away");
        await agent.DisconnectAsync();
        (await LaunchAsync("alone-away", "a")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await AskAsync("alone-away", "KILL_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await AskAsync("alone-away", "WAIT_CONTAINER", "a")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("a.b", """,""", "'launch_container.container_id' is invalid: 'ContainerID.value' 'a.b' contains invalid characters")]
    [InlineData("a/b", """,""", "'launch_container.container_id' is invalid: 'a/b' contains invalid characters")]
    [InlineData("", """,""", "'launch_container.container_id' is invalid: ID must not be empty")]
    [InlineData("a", null, "Expecting 'launch_container.command' to be present")]
    [InlineData("a", ""","limits":{"mem":{"value":1}},"resources":[{"name":"mem","type":"SCALAR","scalar":{"value":64}}],""", "The memory limit must be greater than or equal to the memory request")]
    public async Task What_makes_no_sense_is_refused(string id, string? more, string problem)
    {
        await AgentAsync("alone-badly");
        var answer = await AskAsync("alone-badly", "LAUNCH_CONTAINER", id, more is null ? "" : more.TrimEnd(',') + ""","command":{"value":"true"}""");
        (answer.Status, answer.Text).ShouldBe((HttpStatusCode.BadRequest, $"Failed to validate agent::Call: {problem}"));
    }
}
