using System.Net;
using System.Text.Json;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Marathon;

public sealed class TasksTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task Tasks_are_listed_for_an_app_a_group_and_all()
    {
        await server.AddAsync("/list/a", "\"instances\":2");
        await server.AddAsync("/list/b");
        (await Tasks("/v2/apps/list/a/tasks")).Count.ShouldBe(2);
        (await Tasks("/v2/apps/list/*/tasks")).Count.ShouldBe(3);
        (await Tasks("/v2/tasks")).Count(id => id.StartsWith("list_", StringComparison.Ordinal)).ShouldBe(3);
        (await Tasks("/v2/tasks?status=running")).Count(id => id.StartsWith("list_", StringComparison.Ordinal)).ShouldBe(3);
        (await Tasks("/v2/tasks?status[]=staging")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Load_balancers_get_a_table()
    {
        await server.AddAsync("/table/a", "\"portDefinitions\":[{\"port\":9999}]");
        var line = (await server.GetAsync("/v2/tasks", accept: "text/plain")).Text.Split('\n').Single(l => l.StartsWith("table_a", StringComparison.Ordinal));
        // app TAB service port TAB host:port TAB
        line.ShouldMatch(@"^table_a\t9999\tagent-0000\d:31\d\d\d\t$");
    }

    [Fact]
    public async Task A_killed_task_is_replaced()
    {
        await server.AddAsync("/kill/one");
        var id = (await Tasks("/v2/apps/kill/one/tasks"))[0];
        var killed = await server.SendAsync("DELETE", $"/v2/apps/kill/one/tasks/{id}");
        killed.Status.ShouldBe(HttpStatusCode.OK);
        killed.Json.GetProperty("task").GetProperty("id").GetString().ShouldBe(id);
        await Running("/kill/one", not: id);
        (await server.SendAsync("DELETE", "/v2/apps/kill/one/tasks/kill_one.instance-x._app.1")).Message.ShouldBe("Task 'kill_one.instance-x._app.1' does not exist");
    }

    [Fact]
    public async Task A_task_is_found_by_the_address_that_clients_of_old_make_of_its_id()
    {
        await server.AddAsync("/kill/derived");
        var id = (await Tasks("/v2/apps/kill/derived/tasks"))[0];
        // All before the last dot, with slashes for underscores.
        var app = id[..id.LastIndexOf('.')].Replace('_', '/');
        var killed = await server.SendAsync("DELETE", $"/v2/apps/{app}/tasks/{id}");
        killed.Status.ShouldBe(HttpStatusCode.OK, killed.Text);
        killed.Json.GetProperty("task").GetProperty("id").GetString().ShouldBe(id);
        (await server.SendAsync("DELETE", "/v2/apps/kill/other.instance-1./app/tasks/kill_derived.instance-1._app.1")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_kill_with_scale_lowers_the_number_of_instances()
    {
        await server.AddAsync("/kill/scale", "\"instances\":3");
        var ids = await Tasks("/v2/apps/kill/scale/tasks");
        var answer = await server.ChangeAsync("POST", "/v2/tasks/delete?scale=true", $$"""{"ids":["{{ids[0]}}"]}""", HttpStatusCode.OK);
        answer.Json.GetProperty("deploymentId").GetString().ShouldNotBeEmpty();
        (await server.GetAsync("/v2/apps/kill/scale")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(2);
        (await Tasks("/v2/apps/kill/scale/tasks")).ShouldBe(ids.Skip(1), ignoreOrder: true);
        await server.ChangeAsync("DELETE", "/v2/apps/kill/scale/tasks?scale=true", null, HttpStatusCode.OK);
        (await server.GetAsync("/v2/apps/kill/scale")).Json.GetProperty("app").GetProperty("instances").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Ids_that_are_none_are_refused_and_those_of_no_task_are_passed_over()
    {
        var answer = await server.SendAsync("POST", "/v2/tasks/delete", """{"ids":["not_known"]}""");
        (answer.Status, answer.Message).ShouldBe((HttpStatusCode.BadRequest, "Invalid task id not_known"));
        (await server.SendAsync("POST", "/v2/tasks/delete", """{"ids":["a.instance-b._app.1"]}""")).Json.GetProperty("tasks").GetArrayLength().ShouldBe(0);
        (await server.SendAsync("POST", "/v2/tasks/delete", """{"id":[]}""")).Problems.ShouldBe(["/ids: error.path.missing"]);
        var both = await server.SendAsync("POST", "/v2/tasks/delete?scale=true&wipe=true", """{"ids":[]}""");
        (both.Status, both.Message).ShouldBe((HttpStatusCode.BadRequest, "You cannot use scale and wipe at the same time."));
    }

    [Fact]
    public async Task A_task_tells_its_persistent_volumes_and_a_wiped_one_comes_back_without_them()
    {
        await server.AddAsync("/kept/db", """
            "container":{"type":"MESOS","volumes":[{"containerPath":"data","mode":"RW","persistent":{"size":10}}]}
            """);
        var before = (await server.GetAsync("/v2/apps/kept/db/tasks")).Json.GetProperty("tasks")[0];
        var id = before.GetProperty("id").GetString()!;
        var uuid = id["kept_db.instance-".Length..id.IndexOf("._app", StringComparison.Ordinal)];
        before.GetProperty("localVolumes").GetRawText().ShouldBe(
            $$"""[{"runSpecId":"/kept/db","containerPath":"data","uuid":"{{uuid}}","persistenceId":"kept_db#data#{{uuid}}"}]""");

        await server.SendAsync("DELETE", $"/v2/apps/kept/db/tasks/{id}");
        await Running("/kept/db", not: id);
        var again = (await server.GetAsync("/v2/apps/kept/db/tasks")).Json.GetProperty("tasks")[0];
        again.GetProperty("id").GetString().ShouldBe($"kept_db.instance-{uuid}._app.2");
        again.GetProperty("localVolumes").GetRawText().ShouldBe(before.GetProperty("localVolumes").GetRawText());

        await server.SendAsync("POST", "/v2/tasks/delete?wipe=true", $$"""{"ids":["{{again.GetProperty("id").GetString()}}"]}""");
        await server.WaitForAsync(item => item.Type == "status_update_event" && item.Json.Contains("/kept/db", StringComparison.Ordinal)
            && item.Json.Contains("TASK_RUNNING", StringComparison.Ordinal) && !item.Json.Contains(uuid, StringComparison.Ordinal));
        (await server.GetAsync("/v2/apps/kept/db/tasks")).Json.GetProperty("tasks")[0].GetProperty("localVolumes")[0].GetProperty("uuid").GetString().ShouldNotBe(uuid);
    }

    [Fact]
    public async Task A_failure_is_remembered_with_its_reason()
    {
        await server.AddAsync("/failing");
        var id = (await Tasks("/v2/apps/failing/tasks"))[0];
        var agent = server.Cluster.Agents.Single(a => a.Tasks.Contains(id));
        await agent.ReportAsync(id, TaskState.Failed, update => update with { ExitStatus = 3, Message = "Command exited with status 3", StderrTail = "boom" });
        await Running("/failing", not: id);
        var failure = (await server.GetAsync("/v2/apps/failing/failures")).Json.GetProperty("failures")[0];
        (failure.GetProperty("taskId").GetString(), failure.GetProperty("exitStatus").GetInt32(), failure.GetProperty("stderr").GetString()).ShouldBe((id, 3, "boom"));
        var last = (await server.GetAsync("/v2/apps?id=failing&embed=apps.lastTaskFailure")).Json.GetProperty("apps")[0].GetProperty("lastTaskFailure");
        (last.GetProperty("state").GetString(), last.GetProperty("message").GetString()).ShouldBe(("TASK_FAILED", "Command exited with status 3"));
    }

    [Fact]
    public async Task Each_health_check_has_its_result_with_its_history()
    {
        var since = DateTimeOffset.Parse("2026-01-02T03:04:05.678Z");
        (await server.SendAsync("POST", "/v2/apps", """
            {"id":"/checked","cmd":"sleep 1000","cpus":0.01,"mem":1,
             "healthChecks":[{"protocol":"TCP","portIndex":0},{"protocol":"COMMAND","command":{"value":"true"}}]}
            """)).Status.ShouldBe(HttpStatusCode.Created);
        await Running("/checked", not: "");
        var id = (await Tasks("/v2/apps/checked/tasks"))[0];
        var agent = server.Cluster.Agents.Single(a => a.Tasks.Contains(id));
        await agent.ReportAsync(id, TaskState.Running, update => update with
        {
            Healthy = false,
            Checks =
            [
                new() { Index = 0, Success = true, Timestamp = since, FirstSuccess = since, LastSuccess = since },
                new()
                {
                    Index = 1, ConsecutiveFailures = 2, Timestamp = since.AddSeconds(9), FirstSuccess = since, LastSuccess = since.AddSeconds(1),
                    LastFailure = since.AddSeconds(9), LastFailureCause = "the check's command exited with status 1",
                },
                // Checks that only report have no place among the results.
                new() { Index = 2, Purpose = CheckPurpose.Report, Success = true, Timestamp = since },
            ],
        });
        var told = await server.WaitForAsync(item => item.Type == "failed_health_check_event" && item.Json.Contains(id, StringComparison.Ordinal));
        JsonElement.Parse(told.Json).GetProperty("healthCheck").GetProperty("protocol").GetString().ShouldBe("COMMAND");

        var instance = id[..id.IndexOf("._app", StringComparison.Ordinal)];
        foreach (var path in (string[])["/v2/apps/checked/tasks", "/v2/tasks"])
        {
            var task = (await server.GetAsync(path)).Json.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("id").GetString() == id);
            task.GetProperty("healthCheckResults").GetRawText().ShouldBe(
                $$"""
                [{"alive":true,"consecutiveFailures":0,"firstSuccess":"2026-01-02T03:04:05.678Z","lastSuccess":"2026-01-02T03:04:05.678Z","instanceId":"{{instance}}"},{"alive":false,"consecutiveFailures":2,"firstSuccess":"2026-01-02T03:04:05.678Z","lastSuccess":"2026-01-02T03:04:06.678Z","lastFailure":"2026-01-02T03:04:14.678Z","lastFailureCause":"the check's command exited with status 1","instanceId":"{{instance}}"}]
                """);
        }
        (await server.GetAsync("/v2/apps/checked")).Json.GetProperty("app").GetProperty("tasksUnhealthy").GetInt32().ShouldBe(1);
    }

    private async Task<List<string>> Tasks(string path) =>
        [.. (await server.GetAsync(path)).Json.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("id").GetString()!)];

    /// <summary>Another task of the app runs.</summary>
    private async Task Running(string appId, string not) => await server.WaitForAsync(item =>
    {
        if (item.Type != "status_update_event")
            return false;
        var json = JsonElement.Parse(item.Json);
        return json.GetProperty("appId").GetString() == appId && json.GetProperty("taskStatus").GetString() == "TASK_RUNNING" && json.GetProperty("taskId").GetString() != not;
    });
}
