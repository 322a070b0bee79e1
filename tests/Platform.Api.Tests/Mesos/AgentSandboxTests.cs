using Platform.Api.Mesos.Agents;
using Platform.Contracts.Agents;
using Platform.Contracts.Frameworks;
using Platform.Core;
using Platform.Core.Collections;

namespace Platform.Api.Tests.Mesos;

/// <summary>Paths of files as clients of Mesos know them.</summary>
public sealed class AgentSandboxTests
{
    private static readonly ValueList<TaskReport> Tasks = [Task("t1.aaaa"), Task("t1.bbbb"), Task("t2.cccc"), Task("t1.other", "g")];

    private static TaskReport Task(string id, string framework = "f") => new() { Status = new() { TaskId = id, Owner = FrameworkOwner.Of(framework) }, Resources = Resources.Empty };

    [Theory]
    [InlineData("/slaves/a/frameworks/f/executors/t1/runs/t1.aaaa/stdout", "a", "t1.aaaa", "stdout")]
    [InlineData("/slaves/a/frameworks/f/executors/t1/runs/latest", "a", "t1.bbbb", "")]
    [InlineData("frameworks/f/executors/t1/runs/latest/data/x/", null, "t1.bbbb", "data/x")]
    [InlineData("/frameworks/f/executors/group/runs/t1.aaaa/tasks/t2/stdout", null, "t2.cccc", "stdout")]
    [InlineData("/frameworks/f/executors/group/runs/t1.aaaa/tasks/t2", null, "t2.cccc", "")]
    [InlineData("/frameworks/f/executors/group/runs/t1.aaaa/tasks/none/stdout", null, "t1.aaaa", "tasks/none/stdout")]
    [InlineData("/frameworks/f/executors/none/runs/latest/stdout", null, null, "stdout")]
    public void A_path_leads_to_a_task(string path, string? agentId, string? taskId, string file)
    {
        var sandbox = AgentSandbox.Parse(path)!;
        sandbox.AgentId.ShouldBe(agentId);
        sandbox.TaskOf(Tasks, out var inside).ShouldBe(taskId);
        inside.ShouldBe(file);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/etc/passwd")]
    [InlineData("/slaves/a")]
    [InlineData("/slaves/a/frameworks/f/executors/t1/runs")]
    public void Other_paths_lead_nowhere(string path) => AgentSandbox.Parse(path).ShouldBeNull();
}
