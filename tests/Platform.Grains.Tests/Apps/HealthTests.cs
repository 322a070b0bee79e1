using System.Text.Json;
using Platform.Core.Apps;
using Platform.Core.Groups;
using Platform.Core.Tasks;
using Platform.Grains.Tests.Hosting;

namespace Platform.Grains.Tests.Apps;

public class HealthTests
{
    private static readonly AppSpec Spec = new()
    {
        Id = "/web",
        Cmd = "sleep 1000",
        Cpus = 0.1,
        Mem = 32,
        PortDefinitions = [new() { Port = 10000, Name = "http" }],
        HealthChecks = [new() { Protocol = "HTTP", Path = "/health", PortIndex = 0 }, new() { Protocol = "COMMAND", Command = "true" }],
    };

    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow;

    /// <summary>A result at a second after the start.</summary>
    private static CheckResult Result(int index, bool success, int second, int failures = 0, CheckResult? before = null) => new()
    {
        Purpose = CheckPurpose.Health,
        Index = index,
        Success = success,
        ConsecutiveFailures = failures,
        Timestamp = Start.AddSeconds(second),
        FirstSuccess = before?.FirstSuccess ?? (success ? Start.AddSeconds(second) : null),
        LastSuccess = success ? Start.AddSeconds(second) : before?.LastSuccess,
        LastFailure = success ? before?.LastFailure : Start.AddSeconds(second),
        LastFailureCause = success ? before?.LastFailureCause : $"failure {failures} of check {index}",
    };

    [Fact]
    public async Task Each_failure_and_each_turn_of_a_check_is_an_event_with_the_check_that_it_was()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var events = await EventRecorder.StartAsync(cluster.Host.GrainFactory);
        cluster.Agents[0].HealthOfLaunched = null;
        var change = await cluster.PutAsync(Spec);
        var status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1), "it runs");
        var (task, instance) = (status.Instances[0].TaskId, status.Instances[0].InstanceId);

        CheckResult[] good = [Result(0, true, 1), Result(1, true, 2)];
        await ReportAsync(cluster, task, null, good[0]);
        await ReportAsync(cluster, task, true, good);
        var failed = Result(1, false, 3, failures: 1, before: good[1]);
        await ReportAsync(cluster, task, false, good[0], failed);

        // One turn for each check, then one back.
        var first = Json(await events.NextAsync("health_status_changed_event"));
        Text(first, "appId").ShouldBe("/web");
        Text(first, "instanceId").ShouldBe(instance);
        Text(first, "version").ShouldBe(change.Version);
        first.GetProperty("alive").GetBoolean().ShouldBeTrue();
        var told = Json(await events.NextAsync("failed_health_check_event"));
        Text(told, "appId").ShouldBe("/web");
        Text(told, "taskId").ShouldBe(task);
        Text(told, "instanceId").ShouldBe(instance);
        Text(told, "reason").ShouldBe("failure 1 of check 1");
        told.GetProperty("healthCheck").GetProperty("protocol").GetString().ShouldBe("COMMAND");
        told.GetProperty("healthCheck").GetProperty("command").GetProperty("value").GetString().ShouldBe("true");
        Json(await events.NextAsync("health_status_changed_event", json => json.Contains("\"alive\":false", StringComparison.Ordinal)));
        var aggregate = Json(await events.NextAsync("instance_health_changed_event", json => json.Contains("\"healthy\":false", StringComparison.Ordinal)));
        (Text(aggregate, "instanceId"), Text(aggregate, "runSpecId"), Text(aggregate, "runSpecVersion")).ShouldBe((instance, "/web", change.Version));

        // The agent repeats itself, as it does until it is acknowledged: nothing new.
        await ReportAsync(cluster, task, false, good[0], failed);
        await ReportAsync(cluster, task, false, good[0], Result(1, false, 4, failures: 2, before: failed));
        await events.NextAsync("failed_health_check_event", json => json.Contains("failure 2 of check 1", StringComparison.Ordinal));
        events.Count("failed_health_check_event").ShouldBe(2);
        events.Count("health_status_changed_event").ShouldBe(3);
    }

    [Fact]
    public async Task A_kill_for_bad_health_is_told_once_when_it_begins_with_the_cause_of_the_last_failure()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var events = await EventRecorder.StartAsync(cluster.Host.GrainFactory);
        var status = await cluster.PutAndWaitAsync(Spec);
        var (task, instance) = (status.Instances[0].TaskId, status.Instances[0].InstanceId);
        TaskUpdate Kill(TaskUpdate update) => update with
        {
            Reason = TaskReasons.Unhealthy,
            Message = "Health check failed 3 times in a row: failure 3 of check 0",
            Checks = [Result(0, false, 5, failures: 3), Result(1, true, 5)],
        };

        await cluster.Agents[0].ReportAsync(task, TaskState.Killing, Kill);
        var told = Json(await events.NextAsync("unhealthy_instance_kill_event"));
        await cluster.Agents[0].ReportAsync(task, TaskState.Killed, Kill);

        (Text(told, "appId"), Text(told, "taskId"), Text(told, "instanceId"), Text(told, "version"), Text(told, "reason"), Text(told, "host"), Text(told, "slaveId"))
            .ShouldBe(("/web", task, instance, status.Target.Version, "failure 3 of check 0", "agent0.local", "agent0"));
        status = await cluster.UntilAsync("/web", app => AppFixture.AllRun(app, 1) && app.Failures.Count == 1, "it is replaced");
        status.Failures[0].Status.Reason.ShouldBe(TaskReasons.Unhealthy);
        await events.NextAsync("status_update_event", json => json.Contains(status.Instances[0].TaskId, StringComparison.Ordinal) && json.Contains("TASK_RUNNING", StringComparison.Ordinal));
        events.Count("unhealthy_instance_kill_event").ShouldBe(1);
    }

    [Fact]
    public async Task Health_checks_are_told_of_when_a_definition_with_them_comes_and_when_it_is_gone()
    {
        await using var cluster = await AppFixture.StartAsync(agents: 1);
        var events = await EventRecorder.StartAsync(cluster.Host.GrainFactory);
        var one = Spec with { HealthChecks = [Spec.HealthChecks[0]] };

        var first = await cluster.PutAndWaitAsync(one);
        var added = Json(await events.NextAsync("add_health_check_event"));
        (Text(added, "appId"), Text(added, "version")).ShouldBe(("/web", first.Target.Version));
        added.GetProperty("healthCheck").GetProperty("path").GetString().ShouldBe("/health");
        added.GetProperty("healthCheck").GetProperty("maxConsecutiveFailures").GetInt32().ShouldBe(3);

        // Another number of instances has the same checks.
        await cluster.PutAndWaitAsync(one with { Instances = 2 });
        var second = await cluster.PutAndWaitAsync(Spec with { Instances = 2 });
        var removed = Json(await events.NextAsync("remove_health_check_event"));
        Text(removed, "appId").ShouldBe("/web");
        removed.GetProperty("healthCheck").GetProperty("path").GetString().ShouldBe("/health");
        await cluster.Root.ChangeAsync(new() { Apps = [new() { AppId = "/web", Kind = AppChangeKind.Remove }] });
        await events.NextAsync("app_terminated_event");

        // 1 of the first definition, 2 of the second; all of them are gone in the end.
        events.Count("add_health_check_event").ShouldBe(3);
        events.Count("add_health_check_event", json => json.Contains(second.Target.Version, StringComparison.Ordinal)).ShouldBe(2);
        events.Count("remove_health_check_event").ShouldBe(3);
    }

    private static Task ReportAsync(AppFixture cluster, string task, bool? healthy, params CheckResult[] results) =>
        cluster.Agents[0].ReportAsync(task, TaskState.Running, update => update with { Healthy = healthy, Checks = [.. results] });

    private static JsonElement Json(Api.Events.StreamedEvent item) => JsonElement.Parse(item.Json);

    private static string? Text(JsonElement json, string member) => json.GetProperty(member).GetString();
}
