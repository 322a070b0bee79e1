using Platform.Core.Apps;
using Platform.Core.Pods;
using Platform.Core.Tasks;

namespace Platform.Core.Tests.Tasks;

public class TaskUpdateTests
{
    private static readonly DateTimeOffset _noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // What the agent has told.
    [InlineData("a-2 running 10", "a-1 staging 9", false)]
    [InlineData("a-1 staging 9", "a-2 running 10", true)]
    [InlineData("a-2 running 10", "a-2 running 10", true)]
    [InlineData("a-3 running 10", "a-2 running 10", false)]
    [InlineData("a-2 failed 9", "a-3 running 10", false)]
    // What the control plane supposes, by another clock: it was asked before the agent told.
    [InlineData("- staging 99", "a-2 running 10", true)]
    [InlineData("- staging 99", "a-1 staging 9", true)]
    [InlineData("a-1 staging 9", "- staging 99", false)]
    [InlineData("a-2 running 10", "- staging 99", false)]
    // Out of reach and back.
    [InlineData("- unreachable 5", "a-2 running 10", false)]
    [InlineData("a-2 running 10", "- unreachable 99", false)]
    [InlineData("- staging 5", "- unreachable 99", false)]
    [InlineData("- gone 5", "a-2 running 10", false)]
    public void A_report_is_outrun_by_what_the_agent_has_told_later(string report, string last, bool expected)
    {
        Update(report).IsOutrunBy(Update(last)).ShouldBe(expected);

        // So it is for an instance, and for each container of a pod.
        var instance = new InstanceState { InstanceId = "i", TaskId = "t", Version = "v", ConfigVersion = "v", AgentId = "a", Host = "h", State = TaskState.Staging };
        InstanceTransitions.IsStale(instance, Update(report)).ShouldBeFalse();
        InstanceTransitions.IsStale(InstanceTransitions.Apply(instance, Update(last)), Update(report)).ShouldBe(expected);
        var pod = instance with
        {
            TaskId = "pod",
            Containers = [new PodContainerState { Name = "c", TaskId = "t", State = TaskState.Staging, Since = _noon, Ends = TaskGroupEnd.Always }],
        };
        pod.IsPod.ShouldBeTrue();
        InstanceTransitions.IsStale(InstanceTransitions.Apply(pod, Update(last)), Update(report)).ShouldBe(expected);
    }

    private static TaskUpdate Update(string text)
    {
        var words = text.Split(' ');
        return new()
        {
            TaskId = "t",
            Owner = "app:/x",
            UpdateId = words[0] == "-" ? "" : words[0],
            State = Enum.Parse<TaskState>(words[1], ignoreCase: true),
            Timestamp = _noon.AddSeconds(int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture)),
        };
    }
}
