using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts.Registry;
using Platform.Core;
using Platform.Core.Frameworks;
using Platform.Core.Tasks;
using Platform.Grains.Frameworks;

namespace Platform.Grains.Tests.Frameworks;

/// <summary>What a framework tells the registry.</summary>
public sealed class FrameworkAnnouncementsTests
{
    [Fact]
    public void Names_without_tasks_are_forgotten_when_the_registry_knows_that_nothing_is_left()
    {
        var registry = DispatchProxy.Create<IRegistryGrain, Registry>();
        var announcements = new FrameworkAnnouncements(() => "framework:f", () => registry, static (_, _) => { }, TimeProvider.System, NullLogger.Instance);
        announcements.Tell("kafka", [Task("one"), Task("two")]);
        announcements.Count.ShouldBe(2);

        // The registry has not answered yet.
        var answer = ((Registry)(object)registry).HoldAnswers();
        announcements.Tell("kafka", [Task("one") with { State = TaskState.Finished }]);
        announcements.Tell("kafka", []);
        announcements.Count.ShouldBe(2);

        answer.SetResult(new(1, default));
        announcements.Tell("kafka", []);
        announcements.Count.ShouldBe(1);

        // A name that is used again is kept.
        announcements.Tell("kafka", [Task("two") with { State = TaskState.Finished }, Task("two") with { TaskId = "2" }]);
        announcements.Tell("kafka", []);
        announcements.Count.ShouldBe(1);
    }

    private static FrameworkTaskState Task(string name) => new()
    {
        TaskId = name,
        PlaceId = $"{name}.1",
        AgentId = "S1",
        State = TaskState.Running,
        Resources = Resources.Parse("cpus:1"),
        Discovery = new() { Name = name, Host = "10.0.0.1" },
    };

    /// <summary>Takes all changes over.</summary>
    public class Registry : DispatchProxy
    {
        private Task<RegistryAnswer> _answer = System.Threading.Tasks.Task.FromResult(new RegistryAnswer(1, default));

        internal TaskCompletionSource<RegistryAnswer> HoldAnswers()
        {
            // Who waits goes on within SetResult.
            var held = new TaskCompletionSource<RegistryAnswer>();
            _answer = held.Task;
            return held;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IRegistryGrain.ApplyAsync) ? _answer : throw new NotSupportedException(targetMethod.Name);
    }
}
