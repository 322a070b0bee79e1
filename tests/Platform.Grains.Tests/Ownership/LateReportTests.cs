using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts.Agents;
using Platform.Core.Apps;
using Platform.Core.Collections;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Apps;

namespace Platform.Grains.Tests.Ownership;

/// <summary>What an agent said before the end of a task may come after it.</summary>
public sealed class LateReportTests
{
    [Fact]
    public async Task A_task_whose_end_was_told_is_not_killed_for_a_report_that_comes_late_and_a_stranger_is()
    {
        var kills = new Kills();
        await using var cluster = await AppFixture.StartAsync(agents: 1, services: services => services.AddSingleton<IIncomingGrainCallFilter>(kills));
        var app = await cluster.PutAndWaitAsync(new AppSpec { Id = "/x", Cmd = "sleep 1000", Cpus = 0.1, Mem = 8, Instances = 1 });
        var task = app.Instances[0].TaskId;
        await cluster.Agents[0].ReportAsync(task, TaskState.Finished);
        await cluster.UntilAsync("/x", status => status.Instances.All(instance => instance.TaskId != task), "another instance takes its place");

        await cluster.App("/x").TaskStatusAsync("agent0", [Running(task), Running("stranger")]);

        await kills.ToldAsync("stranger");
        kills.TaskIds.ShouldNotContain(task);
    }

    private static TaskUpdate Running(string taskId) =>
        new() { TaskId = taskId, Owner = "app:/x", State = TaskState.Running, UpdateId = "late-" + taskId, Timestamp = DateTimeOffset.UtcNow };

    private sealed class Kills : IIncomingGrainCallFilter
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _told = new();

        public IEnumerable<string> TaskIds => _told.Where(one => one.Value.Task.IsCompleted).Select(one => one.Key);

        public Task ToldAsync(string taskId) => Of(taskId).Task.WaitAsync(TimeSpan.FromSeconds(60));

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceMethod?.Name == nameof(IAgentGrain.KillAsync) && context.Request.GetArgument(0) is ValueList<TaskKill> kills)
            {
                foreach (var kill in kills.ToArray())
                    Of(kill.TaskId).TrySetResult();
            }
            return context.Invoke();
        }

        private TaskCompletionSource Of(string taskId) => _told.GetOrAdd(taskId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
