using Platform.Core.Frameworks;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Frameworks;

/// <summary>What an agent does for an executor: by Mesos' rules, as a table of what happens and what follows.</summary>
public sealed class ExecutorTasksTests
{
    // Written as: add a b (the executor has told of those with a star), group a b, subscribe [what it lists], leave, told a, ended a, kill a, end.
    [Theory]
    [InlineData("add a; add b", "")]
    [InlineData("add a; add b; subscribe", "launch a, launch b")]
    [InlineData("subscribe; add a", "launch a")]
    [InlineData("subscribe; group a b", "launch a of g, launch b of g")]
    [InlineData("add a; subscribe; told a; leave; add b", "launch a")]
    [InlineData("add a; subscribe; told a; leave; add b; subscribe", "launch a, launch b")]
    // What the executor has, and the agent has no word of, is not handed over again; what neither has is.
    [InlineData("add a; add b; subscribe; leave; subscribe a", "launch a, launch b, launch b")]
    // An agent that was started anew: what was told of is there.
    [InlineData("add a*; add b; subscribe", "launch b")]
    [InlineData("add a*; add b; subscribe b", "")]
    // Kills: at once before the executor has the task, by the executor after that, and again on a new stream.
    [InlineData("add a; subscribe; kill a", "launch a, kill a")]
    [InlineData("add a; subscribe; told a; leave; kill a", "launch a")]
    [InlineData("add a; subscribe; told a; leave; kill a; subscribe", "launch a, kill a")]
    [InlineData("add a; subscribe; told a; kill a; leave; subscribe", "launch a, kill a, kill a")]
    [InlineData("add a; subscribe; ended a; kill a", "launch a")]
    [InlineData("add a; add b; kill a", "a Killed REASON_TASK_KILLED_DURING_LAUNCH")]
    [InlineData("add a; kill a", "a Killed REASON_TASK_KILLED_DURING_LAUNCH, end")]
    [InlineData("group a b; kill b", "a Killed REASON_TASK_KILLED_DURING_LAUNCH, b Killed REASON_TASK_KILLED_DURING_LAUNCH, end")]
    // One that had a task goes on without any.
    [InlineData("add a*; add b; kill b", "b Killed REASON_TASK_KILLED_DURING_LAUNCH")]
    // Its end is theirs.
    [InlineData("add a; subscribe; add b; ended a; end", "launch a, launch b, b Failed REASON_EXECUTOR_TERMINATED")]
    [InlineData("add a; end", "a Failed REASON_EXECUTOR_TERMINATED")]
    [InlineData("end; end", "")]
    public void What_happens_has_its_consequences(string happens, string follows)
    {
        var tasks = new ExecutorTasks();
        var steps = new List<string>();
        foreach (var words in happens.Split("; ").Select(line => line.Split(' ')))
        {
            switch (words[0])
            {
                case "add":
                    Take(tasks.Add(words[1..].Select(id => (id.TrimEnd('*'), id.EndsWith('*'))), null));
                    break;
                case "group":
                    Take(tasks.Add(words[1..].Select(id => (id, false)), "g"));
                    break;
                case "subscribe":
                    Take(tasks.Subscribe(words[1..]));
                    break;
                case "leave":
                    tasks.Disconnect();
                    break;
                case "told" or "ended":
                    tasks.Told(words[1], words[0] == "ended").ShouldBeTrue();
                    break;
                case "kill":
                    Take(tasks.Kill(words[1]));
                    break;
                case "end":
                    Take(tasks.End(Ended(null)));
                    break;
            }
        }
        string.Join(", ", steps).ShouldBe(follows);

        void Take(IEnumerable<ExecutorStep> taken) => steps.AddRange(taken.Select(step => step.Kind switch
        {
            ExecutorStepKind.Launch => $"launch {step.TaskId}" + (step.Group is null ? "" : $" of {step.Group}"),
            ExecutorStepKind.Kill => $"kill {step.TaskId}",
            ExecutorStepKind.EndExecutor => "end",
            _ => $"{step.TaskId} {step.End!.State} {step.End.Reason}",
        }));
    }

    // The executor's own reason where it tells more.
    [Theory]
    [InlineData(null, TaskReasons.ExecutorTerminated)]
    [InlineData(TaskReasons.CommandExecutorFailed, TaskReasons.ExecutorTerminated)]
    [InlineData(TaskReasons.AgentDraining, TaskReasons.ExecutorTerminated)]
    [InlineData(TaskReasons.ExecutorRegistrationTimeout, TaskReasons.ExecutorRegistrationTimeout)]
    [InlineData(TaskReasons.ExecutorReregistrationTimeout, TaskReasons.ExecutorReregistrationTimeout)]
    [InlineData(TaskReasons.MemoryLimit, TaskReasons.MemoryLimit)]
    [InlineData(TaskReasons.LaunchFailed, TaskReasons.LaunchFailed)]
    public void A_task_fails_with_its_executor(string? reason, string expected) =>
        ExecutorTasks.EndOf(Ended(reason)).ShouldBe(new(TaskState.Failed, expected, "Executor terminated: Command exited with status 1"));

    [Fact]
    public void A_task_of_another_executor_is_not_known() => new ExecutorTasks().Told("a", isEnd: true).ShouldBeFalse();

    [Fact]
    public void An_executor_is_described_alike_by_all_of_its_tasks()
    {
        var spec = new TaskSpec
        {
            TaskId = "e.1",
            Name = "e",
            Owner = "framework:f",
            Resources = Resources.Empty,
            Command = new(),
            Executor = new() { FrameworkId = "f", ExecutorId = "e", Definition = [1, 2] },
        };
        var executor = new FrameworkExecutor { AgentId = "a", Spec = spec };
        executor.ProblemOf(spec with { TaskId = "", Executor = spec.Executor with { Definition = [1, 2] } }).ShouldBeNull();
        executor.ProblemOf(spec with { Executor = spec.Executor with { Definition = [1, 3] } }).ShouldNotBeNull();
    }

    private static TaskUpdate Ended(string? reason) =>
        new() { TaskId = "e", Owner = "framework:f", State = TaskState.Failed, Reason = reason, Message = "Command exited with status 1" };
}
