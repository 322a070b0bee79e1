using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Platform.Agent.Tests.Testing;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Checks;

public class GraceTests
{
    [Fact]
    public async Task The_grace_of_a_check_begins_when_the_task_runs_and_not_while_its_files_are_fetched()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var server = builder.Build();
        server.Run(async context =>
        {
            asked.TrySetResult();
            await release.Task;
            await context.Response.WriteAsync("content");
        });
        await server.StartAsync();
        using var folder = new TestFolder();
        await using var master = await TestMaster.StartAsync();
        var time = new ManualTime();
        await using var agent = TestAgent.Start(TestAgent.Options(master, folder), time: time);
        var session = await master.AcceptAsync();
        // Fails at the first look and succeeds at the second; one failure that counts would end the task.
        var task = TestTask.Forever() with
        {
            Fetch = [new FetchSpec { Uri = server.Urls.First() + "/file" }],
            Checks =
            [
                new CheckSpec
                {
                    Kind = CheckKind.Command,
                    Command = new CommandSpec { Shell = "test -e looked || { touch looked; exit 1; }" },
                    GracePeriodSeconds = 86_400,
                    IntervalSeconds = 10,
                    TimeoutSeconds = 86_400,
                    MaxConsecutiveFailures = 1,
                },
            ],
        };
        await session.LaunchAsync(task);
        await asked.Task.BeforeDeadline();
        time.Advance(TimeSpan.FromDays(2));
        release.SetResult();

        var told = session.UpdateAsync(update => update.TaskId == task.TaskId && (update.Healthy is not null || update.State.IsTerminal()));
        while (!told.IsCompleted)
        {
            var armed = time.NextTimerAsync();
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(told, armed).BeforeDeadline();
        }

        var first = await told;
        (first.State, first.Healthy).ShouldBe((TaskState.Running, true), first.Message);
    }
}
