using System.Net;
using System.Text;
using System.Text.Json;
using Platform.Contracts.Agents;
using Platform.Contracts.Apps;
using Platform.Simulation;

namespace Platform.Api.Tests.Mesos;

/// <summary>Agents as clients of Mesos find them below the control plane's address, and the files of tasks.</summary>
public sealed class AgentTests(MesosServer server) : IClassFixture<MesosServer>
{
    private static readonly byte[] Written = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} wörter\n")));

    private static int agents;

    // An app with one instance, on an agent of its own.
    private async Task<(string AgentId, string TaskId)> TaskAsync(Func<FileRequest, FileChunk>? files = null)
    {
        var id = $"agent-files-{Interlocked.Increment(ref agents)}";
        var agent = new SimulatedAgent(server.Grains, id, "cpus:1;mem:100", TimeProvider.System) { Attributes = $"own:{id}", Files = files ?? Answer };
        await agent.ConnectAsync();
        using var stream = await MesosStream.OpenAsync(server.Http, "/api/v1", """{"type":"SUBSCRIBE"}""");
        (await server.SendAsync("POST", "/v2/apps", $$"""{"id":"/files/{{id}}","cmd":"sleep 1000","cpus":0.5,"mem":10,"portDefinitions":[],"constraints":[["own","LIKE","{{id}}"]]}""")).Status.ShouldBe(HttpStatusCode.Created);
        bool IsRunning(JsonElement json) => json.GetProperty("type").GetString() == "TASK_UPDATED" && json.GetProperty("task_updated").GetProperty("state").GetString() == "TASK_RUNNING"
            && json.GetProperty("task_updated").GetProperty("status").GetProperty("agent_id").GetProperty("value").GetString() == id;
        var running = await stream.UntilAsync(IsRunning);
        return (id, running.GetProperty("task_updated").GetProperty("status").GetProperty("task_id").GetProperty("value").GetString()!);
    }

    private static FileChunk Answer(FileRequest request)
    {
        if (request.List)
        {
            return request.Path.Length > 0 ? new() { Error = "no such folder" } : new()
            {
                Entries =
                [
                    new() { Name = "stdout", Size = Written.Length, Mode = 0b110_100_000, Modified = DateTimeOffset.UnixEpoch.AddSeconds(7), User = "alice", Group = "people" },
                    new() { Name = "data", Directory = true, Mode = 0b111_101_101, Modified = DateTimeOffset.UnixEpoch },
                ],
            };
        }
        if (request.Path != "stdout")
            return new() { Error = "no such file" };
        if (request.Offset == -1)
            return new() { Offset = Written.Length, Size = Written.Length };
        var offset = (int)(request.Offset < 0 ? Math.Max(0, Written.Length + request.Offset) : Math.Min(request.Offset, Written.Length));
        return new() { Offset = offset, Size = Written.Length, Bytes = Written[offset..Math.Min(Written.Length, offset + request.Length)] };
    }

    [Theory]
    [InlineData("/agent/{0}/state")]
    [InlineData("/agent/{0}/slave(1)/state.json")]
    [InlineData("/slave/{0}/slave(1)/state")]
    public async Task The_state_leads_to_the_files_of_a_task(string path)
    {
        var (agentId, taskId) = await TaskAsync();
        var state = (await server.SendAsync("GET", string.Format(path, agentId))).Json;
        state.GetProperty("id").GetString().ShouldBe(agentId);
        state.GetProperty("flags").GetProperty("attributes").GetString().ShouldBe($"own:{agentId}");
        state.GetProperty("completed_frameworks").GetArrayLength().ShouldBe(0);
        var framework = state.GetProperty("frameworks").EnumerateArray().ShouldHaveSingleItem();
        framework.GetProperty("name").GetString().ShouldBe("marathon");
        var executor = framework.GetProperty("executors").EnumerateArray().ShouldHaveSingleItem();
        executor.GetProperty("id").GetString().ShouldBe(taskId);
        executor.GetProperty("tasks")[0].GetProperty("id").GetString().ShouldBe(taskId);
        var directory = executor.GetProperty("directory").GetString()!;

        var entries = (await server.SendAsync("GET", $"/files/browse?path={directory}")).Json.EnumerateArray().ToList();
        entries.Select(entry => (entry.GetProperty("path").GetString(), entry.GetProperty("mode").GetString())).ShouldBe([($"{directory}/stdout", "-rw-r-----"), ($"{directory}/data", "drwxr-xr-x")]);
        (entries[0].GetProperty("size").GetInt64(), entries[0].GetProperty("mtime").GetInt64()).ShouldBe((Written.Length, 7));
        (entries[0].GetProperty("uid").GetString(), entries[0].GetProperty("gid").GetString()).ShouldBe(("alice", "people"));
        var listed = (await server.CallAsync($$$"""{"type":"LIST_FILES","list_files":{"path":"{{{directory}}}"} }""", $"/agent/{agentId}/api/v1")).Json.GetProperty("list_files").GetProperty("file_infos")[0];
        (listed.GetProperty("uid").GetString(), listed.GetProperty("gid").GetString()).ShouldBe(("alice", "people"));
    }

    [Fact]
    public async Task What_the_executor_of_a_pod_holds_is_in_use_as_well()
    {
        var id = $"agent-files-{Interlocked.Increment(ref agents)}";
        var agent = new SimulatedAgent(server.Grains, id, "cpus:4;mem:1000;disk:1000", TimeProvider.System) { Attributes = $"own:{id}", Files = Answer };
        await agent.ConnectAsync();
        using var stream = await MesosStream.OpenAsync(server.Http, "/api/v1", """{"type":"SUBSCRIBE"}""");
        (await server.SendAsync("POST", "/v2/pods", $$$$"""
            {
              "id": "/files/{{{{id}}}}",
              "executorResources": {"cpus": 0.2, "mem": 40},
              "scaling": {"kind": "fixed", "instances": 1},
              "scheduling": {"placement": {"constraints": [{"fieldName": "own", "operator": "LIKE", "value": "{{{{id}}}}"}]}},
              "containers": [{"name": "one", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.5, "mem": 10}},
                             {"name": "two", "exec": {"command": {"shell": "sleep 1000"}}, "resources": {"cpus": 0.25, "mem": 10}}]
            }
            """)).Status.ShouldBe(HttpStatusCode.Created);
        bool IsHere(JsonElement json) => json.GetProperty("type").GetString() == "TASK_UPDATED" && json.GetProperty("task_updated").GetProperty("state").GetString() == "TASK_RUNNING"
            && json.GetProperty("task_updated").GetProperty("status").GetProperty("agent_id").GetProperty("value").GetString() == id;
        await stream.UntilAsync(IsHere);
        await stream.UntilAsync(IsHere);

        var framework = (await server.SendAsync("GET", "/master/state")).Json.GetProperty("frameworks").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "marathon");
        var tasks = framework.GetProperty("tasks").EnumerateArray().Where(task => task.GetProperty("slave_id").GetString() == id).ToList();
        tasks.Count.ShouldBe(2);
        var executor = framework.GetProperty("executors").EnumerateArray().Single(one => one.GetProperty("slave_id").GetString() == id);
        tasks.ShouldAllBe(task => task.GetProperty("executor_id").GetString() == executor.GetProperty("executor_id").GetString());
        executor.GetProperty("executor_id").GetString()!.ShouldStartWith($"instance-files_{id}.");
        executor.GetProperty("type").GetString().ShouldBe("DEFAULT");
        (executor.GetProperty("resources").GetProperty("cpus").GetDouble(), executor.GetProperty("resources").GetProperty("mem").GetDouble()).ShouldBe((0.2, 40));
        // What the framework has is what its agents tell of.
        var summary = (await server.SendAsync("GET", "/master/state-summary")).Json;
        double Cpus(string array, Func<JsonElement, bool> which) =>
            summary.GetProperty(array).EnumerateArray().Where(which).Sum(one => one.GetProperty("used_resources").GetProperty("cpus").GetDouble());
        Cpus("slaves", one => one.GetProperty("id").GetString() == id).ShouldBe(0.95, 0.0001);
        Cpus("frameworks", one => one.GetProperty("name").GetString() == "marathon").ShouldBe(Cpus("slaves", _ => true), 0.0001);
        var listed = (await server.SendAsync("POST", "/api/v1", """{"type":"GET_EXECUTORS"}""")).Json.GetProperty("get_executors").GetProperty("executors").EnumerateArray();
        listed.ShouldContain(one => one.GetProperty("executor_info").GetProperty("executor_id").GetProperty("value").GetString() == executor.GetProperty("executor_id").GetString());
    }

    [Fact]
    public async Task A_file_is_read_in_parts_as_the_log_viewer_does_and_downloaded_whole()
    {
        var (agentId, taskId) = await TaskAsync();
        var path = $"/slaves/{agentId}/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/latest/stdout";
        var end = (await server.SendAsync("GET", $"/files/read?path={path}&offset=-1&length=0")).Json;
        (end.GetProperty("offset").GetInt64(), end.GetProperty("data").GetString()).ShouldBe((Written.Length, ""));
        var text = new StringBuilder();
        long offset = 0;
        while (true)
        {
            var part = (await server.SendAsync("GET", $"/agent/{agentId}/files/read.json?path={path}&offset={offset}&length=10001")).Json;
            part.GetProperty("offset").GetInt64().ShouldBe(offset);
            var data = part.GetProperty("data").GetString()!;
            if (data.Length == 0)
                break;
            text.Append(data);
            offset += Encoding.UTF8.GetByteCount(data);
        }
        text.ToString().ShouldBe(Encoding.UTF8.GetString(Written));

        var whole = await server.SendAsync("GET", $"/agent/{agentId}/files/download?path=/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/{taskId}/stdout");
        (whole.Text, whole.Headers["Content-Disposition"]).ShouldBe((Encoding.UTF8.GetString(Written), "attachment; filename=stdout"));
        (await server.SendAsync("GET", $"/files/read?path={path}&offset=0&length=3&jsonp=f")).Text.ShouldBe("""f({"data":"0 w","offset":0});""");
    }

    [Fact]
    public async Task What_is_not_there_or_makes_no_sense_is_refused()
    {
        var (agentId, taskId) = await TaskAsync();
        var sandbox = $"/slaves/{agentId}/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/latest";
        foreach (var (path, status, text) in ((string, HttpStatusCode, string?)[])
                 [
                     ("/files/browse", HttpStatusCode.BadRequest, "Expecting 'path=value' in query.\n"),
                     ($"/files/read?path={sandbox}/stdout&offset=-2", HttpStatusCode.BadRequest, "Negative offset provided: -2.\n"),
                     ($"/files/read?path={sandbox}/stdout&length=-2", HttpStatusCode.BadRequest, "Negative length provided: -2.\n"),
                     ($"/files/read?path={sandbox}/stdout&offset=x", HttpStatusCode.BadRequest, null),
                     ($"/files/read?path={sandbox}/none", HttpStatusCode.NotFound, null),
                     ($"/files/browse?path={sandbox}/none", HttpStatusCode.NotFound, null),
                     ("/files/browse?path=/etc", HttpStatusCode.NotFound, null),
                     ($"/files/browse?path=/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/latest", HttpStatusCode.NotFound, null),
                     ($"/agent/agent-00000/files/browse?path={sandbox}", HttpStatusCode.NotFound, null),
                     ("/agent/nobody/state", HttpStatusCode.NotFound, "Agent 'nobody' does not exist"),
                     ($"/files/browse?path=/slaves/{agentId}/frameworks/{AppScheduler.FrameworkId}/executors/nobody/runs/latest", HttpStatusCode.NotFound, null),
                 ])
        {
            var answer = await server.SendAsync("GET", path);
            answer.Status.ShouldBe(status, path);
            if (text is not null)
                answer.Text.ShouldBe(text);
        }
        (await server.SendAsync("POST", "/files/read", "")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Calls_of_operators_are_answered_for_the_agent()
    {
        var (agentId, taskId) = await TaskAsync();
        async Task<JsonElement> CallAsync(string type, string more = "")
        {
            var answer = await server.CallAsync($$"""{"type":"{{type}}"{{more}}}""", $"/agent/{agentId}/slave(1)/api/v1");
            answer.Status.ShouldBe(HttpStatusCode.OK, answer.Text);
            answer.Json.GetProperty("type").GetString().ShouldBe(type);
            return answer.Json.GetProperty(type.ToLowerInvariant());
        }

        (await CallAsync("GET_HEALTH")).GetProperty("healthy").GetBoolean().ShouldBeTrue();
        (await CallAsync("GET_VERSION")).GetProperty("version_info").GetProperty("version").GetString().ShouldBe("1.11.0");
        (await CallAsync("GET_FLAGS")).GetProperty("flags").EnumerateArray().ShouldContain(flag => flag.GetProperty("value").GetString() == $"own:{agentId}");
        (await CallAsync("GET_METRICS", ""","get_metrics":{} """)).GetProperty("metrics").EnumerateArray().ShouldContain(metric => metric.GetProperty("name").GetString() == "slave/tasks_running" && metric.GetProperty("value").GetDouble() == 1);
        (await CallAsync("GET_AGENT")).GetProperty("agent_info").GetProperty("id").GetProperty("value").GetString().ShouldBe(agentId);
        (await CallAsync("GET_TASKS")).GetProperty("launched_tasks")[0].GetProperty("task_id").GetProperty("value").GetString().ShouldBe(taskId);
        (await CallAsync("GET_EXECUTORS")).GetProperty("executors")[0].GetProperty("executor_info").GetProperty("executor_id").GetProperty("value").GetString().ShouldBe(taskId);
        (await CallAsync("GET_FRAMEWORKS")).GetProperty("frameworks")[0].GetProperty("framework_info").GetProperty("name").GetString().ShouldBe("marathon");
        (await CallAsync("GET_CONTAINERS")).GetProperty("containers")[0].GetProperty("container_id").GetProperty("value").GetString().ShouldBe(taskId);
        (await CallAsync("GET_STATE")).EnumerateObject().Select(part => part.Name).ShouldBe(["get_tasks", "get_executors", "get_frameworks"]);
        var sandbox = $"/slaves/{agentId}/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/latest";
        (await CallAsync("LIST_FILES", $$""","list_files":{"path":"{{sandbox}}"}""")).GetProperty("file_infos").GetArrayLength().ShouldBe(2);
        var read = await CallAsync("READ_FILE", $$""","read_file":{"path":"{{sandbox}}/stdout","offset":2,"length":5}""");
        (read.GetProperty("size").GetInt64(), Encoding.UTF8.GetString(read.GetProperty("data").GetBytesFromBase64())).ShouldBe((Written.Length, "wört"));
        // The master answers for all agents.
        (await server.CallAsync($$$"""{"type":"LIST_FILES","list_files":{"path":"{{{sandbox}}}"}}""")).Json.GetProperty("list_files").GetProperty("file_infos").GetArrayLength().ShouldBe(2);

        (await server.CallAsync("""{"type":"READ_FILE"}""", $"/agent/{agentId}/api/v1")).Text.ShouldBe("Failed to validate agent::Call: Expecting 'read_file' to be present");
        (await server.CallAsync("""{"type":"PRUNE_IMAGES"}""", $"/agent/{agentId}/api/v1")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.CallAsync("""{"type":"GET_STATE"}""", "/agent/nobody/api/v1")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_containers_use_is_told_as_the_agent_measured_it()
    {
        var (agentId, taskId) = await TaskAsync();
        var status = (await server.Grains.GetGrain<IAgentGrain>(agentId).GetStatusAsync())!;
        await server.Grains.GetGrain<IAgentGrain>(agentId).HeartbeatAsync(
            (await server.Grains.GetGrain<IAgentGrain>(agentId).GetTasksAsync(status.Tasks[0].Status.Owner)).Epoch,
            new()
            {
                Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(9),
                Tasks = [new() { TaskId = taskId, Owner = status.Tasks[0].Status.Owner, CpuSeconds = 1.5, MemoryBytes = 4096, Processes = 2 }],
            });
        var statistics = (await server.SendAsync("GET", $"/agent/{agentId}/monitor/statistics")).Json[0];
        (statistics.GetProperty("executor_id").GetString(), statistics.GetProperty("framework_id").GetString()).ShouldBe((taskId, AppScheduler.FrameworkId));
        statistics.GetProperty("statistics").GetRawText().ShouldBe("""{"timestamp":9,"cpus_user_time_secs":1.5,"cpus_limit":0.5,"mem_rss_bytes":4096,"mem_limit_bytes":10485760,"processes":2}""");
        var metrics = (await server.SendAsync("GET", $"/system/v1/agent/{agentId}/metrics/v0/containers/{taskId}")).Json;
        metrics.GetProperty("datapoints").EnumerateArray().Select(point => (point.GetProperty("name").GetString()!, point.GetProperty("value").GetDouble()))
            .ShouldBe(((string, double)[])[("cpus.user_time_secs", 1.5), ("cpus.limit", 0.5), ("mem.total_bytes", 4096), ("mem.limit_bytes", 10485760), ("processes", 2)]);
        metrics.GetProperty("datapoints")[0].GetProperty("timestamp").GetDateTimeOffset().ShouldBe(DateTimeOffset.UnixEpoch.AddSeconds(9));
        metrics.GetProperty("dimensions").GetProperty("framework_name").GetString().ShouldBe("marathon");
        (await server.SendAsync("GET", $"/system/v1/agent/{agentId}/metrics/v0/containers/nobody")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("GET", $"/system/v1/agent/{agentId}/metrics/v0/containers/{taskId}/app")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync("GET", $"/agent/{agentId}/containers")).Json[0].GetProperty("status").GetProperty("container_id").GetProperty("value").GetString().ShouldBe(taskId);
        (await server.SendAsync("GET", $"/agent/{agentId}/metrics/snapshot")).Json.GetProperty("slave/cpus_used").GetDouble().ShouldBe(0.5);
        (await server.SendAsync("GET", $"/agent/{agentId}/health")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("GET", $"/agent/{agentId}/flags")).Json.GetProperty("flags").GetProperty("hostname").GetString().ShouldBe(agentId);
        (await server.SendAsync("GET", "/files/debug")).Json.GetProperty($"/slaves/{agentId}").GetString().ShouldBe($"agent {agentId}");
        // By the end of a path there the command line of DC/OS finds the sandbox of a task.
        var sandbox = $"/slaves/{agentId}/frameworks/{AppScheduler.FrameworkId}/executors/{taskId}/runs/{taskId}";
        var paths = (await server.SendAsync("GET", $"/agent/{agentId}/files/debug")).Json;
        (await server.SendAsync("GET", $"/agent/{agentId}/files/browse?path={paths.GetProperty(sandbox).GetString()}/")).Json.GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_call_below_the_address_of_the_operator_API_reaches_it()
    {
        var (agentId, _) = await TaskAsync();
        foreach (var path in (string[])["/api/v1/operator", "/master/api/v1/operator", "/mesos/api/v1/operator/x", $"/agent/{agentId}/api/v1/operator", $"/slave/{agentId}/slave(1)/api/v1/operator"])
            (await server.CallAsync("""{"type":"GET_HEALTH"}""", path)).Json.GetProperty("get_health").GetProperty("healthy").GetBoolean().ShouldBeTrue(path);
        // What is an endpoint of its own stays one.
        (await server.CallAsync("""{"type":"GET_HEALTH"}""", "/api/v1/scheduler")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("?cursor=END&skip=-2", "text/plain", "19998 wörter\n19999 wörter\n")]
    [InlineData("/file/stdout?cursor=END&skip=-1", "*/*", "19999 wörter\n")]
    [InlineData("?cursor=END", "text/plain", "")]
    [InlineData("?skip=1&limit=2", "text/plain", "1 wörter\n2 wörter\n")]
    [InlineData("?cursor=10&limit=1", "text/plain", "1 wörter\n")]
    [InlineData("?cursor=BEG&limit=1", "application/json", "{\"fields\":{\"MESSAGE\":\"0 wörter\",\"FILE\":\"stdout\"")]
    public async Task Lines_of_a_task_are_read_as_the_command_line_of_DCOS_does(string query, string accept, string expected)
    {
        var (_, taskId) = await TaskAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/system/v1/logs/v2/task/{taskId}{query}");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await server.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var text = await answer.Content.ReadAsStringAsync();
        (accept == "application/json" ? text[..expected.Length] : text).ShouldBe(expected);
    }

    [Fact]
    public async Task Lines_of_a_task_are_all_there_and_what_cannot_be_read_is_refused()
    {
        var (_, taskId) = await TaskAsync();
        var logs = $"/system/v1/logs/v2/task/{taskId}";
        (await server.Http.GetStringAsync(logs)).ShouldBe(Encoding.UTF8.GetString(Written));
        foreach (var (path, status, text) in ((string, HttpStatusCode, string)[])
                 [
                     ("/system/v1/logs/v2/task/nobody", HttpStatusCode.NotFound, "Task 'nobody' does not exist"),
                     ($"{logs}/file/none", HttpStatusCode.NotFound, "no such file"),
                     ($"{logs}?cursor=x", HttpStatusCode.BadRequest, "'x' is no cursor; use BEG, END or the number of a byte"),
                     ($"{logs}?skip=x", HttpStatusCode.BadRequest, "skip 'x' is no number"),
                     ($"{logs}?limit=-1", HttpStatusCode.BadRequest, "limit -1 is less than 0"),
                 ])
        {
            var answer = await server.SendAsync("GET", path);
            (answer.Status, answer.Text).ShouldBe((status, text), path);
        }
    }

    [Fact]
    public async Task Who_follows_a_task_gets_its_lines_as_they_come_until_it_ends()
    {
        // The agent has two lines at first; asked for more it has the rest of a third, and the task has ended.
        var (first, rest) = ("ä\nb\nc"u8.ToArray(), "d"u8.ToArray());
        var (_, taskId) = await TaskAsync(request => request.Offset < first.Length
            ? new() { Size = first.Length, Bytes = first, Rotation = "" }
            : request.WaitSeconds > 0 && request.Offset == first.Length ? new() { Offset = first.Length, Size = first.Length + rest.Length, Bytes = rest, Ended = true, Rotation = "" } : new() { Error = "asked for something else" });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/system/v1/logs/v2/task/{taskId}/file/stdout?cursor=END&skip=-2");
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item.Split('\n')).ToList();
        events.Select(lines => (lines[0], JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement.GetProperty("fields").GetProperty("MESSAGE").GetString()))
            .ShouldBe([("id: 5", "b"), ("id: 7", "cd")]);
    }
}
