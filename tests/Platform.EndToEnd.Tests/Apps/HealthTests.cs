using System.Text.Json.Nodes;
using Platform.Client.Events;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Apps;

/// <summary>Health checks of real processes, from the agent that looks to the events that tell.</summary>
public sealed class HealthTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_sick_task_is_told_of_killed_and_replaced_and_its_results_have_their_history()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        List<PlatformEvent> seen = [];
        using var limit = new CancellationTokenSource(Cluster.Patience);
        var options = new EventOptions
        {
            Types = ["add_health_check_event", "failed_health_check_event", "health_status_changed_event", "unhealthy_instance_kill_event"],
            Opened = async () => await cluster.Client.Apps.CreateAsync(JsonNode.Parse("""
                {"id":"/patient","cmd":"exec sleep 100000","cpus":0.1,"mem":16,"backoffSeconds":0,
                 "healthChecks":[{"protocol":"COMMAND","command":{"value":"test ! -f sick"},"delaySeconds":0,"gracePeriodSeconds":0,"intervalSeconds":1,"timeoutSeconds":20,"maxConsecutiveFailures":2}]}
                """)!),
        };
        string? first = null;
        await foreach (var one in cluster.Client.Events.FollowAsync(options, limit.Token))
        {
            seen.Add(one);
            if (one.Type == "health_status_changed_event" && first is null)
            {
                // It is healthy; it falls ill.
                var process = (await cluster.ProcessesAsync("/patient", 1)).ShouldHaveSingleItem();
                first = process.TaskId;
                await File.WriteAllTextAsync(Path.Combine(process.Environment["MESOS_SANDBOX"], "sick"), "", limit.Token);
            }
            if (one.Type == "health_status_changed_event" && seen.Count(e => e.Type == one.Type) == 3)
                break;
        }

        // Healthy, two failures (with the first of which it is not alive any more), a kill; then the next one is healthy.
        seen.Select(one => one.Type).ShouldBe(
        [
            "add_health_check_event", "health_status_changed_event", "failed_health_check_event", "health_status_changed_event",
            "failed_health_check_event", "unhealthy_instance_kill_event", "health_status_changed_event",
        ]);
        seen.Where(one => one.Type == "health_status_changed_event").Select(one => one.Content.GetProperty("alive").GetBoolean()).ShouldBe([true, false, true]);
        seen[4].Content.GetProperty("healthCheck").GetProperty("command").GetProperty("value").GetString().ShouldBe("test ! -f sick");
        seen[5].Content.GetProperty("reason").GetString().ShouldBe("the check's command exited with status 1");
        (seen[4].Content.GetProperty("taskId").GetString(), seen[5].Content.GetProperty("taskId").GetString()).ShouldBe((first, first));

        var task = (await cluster.RunningAsync("/patient", 1))[0];
        task.Id.ShouldNotBe(first);
        var failure = (await cluster.GetAsync("/v2/apps/patient/failures")).GetProperty("failures").EnumerateArray().ShouldHaveSingleItem();
        failure.GetProperty("taskId").GetString().ShouldBe(first);
        var results = task.HealthCheckResults.ShouldHaveSingleItem();
        (results.Alive, results.ConsecutiveFailures).ShouldBe((true, 0));
    }
}
