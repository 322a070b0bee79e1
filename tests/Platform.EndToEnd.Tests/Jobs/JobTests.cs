using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Platform.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace Platform.EndToEnd.Tests.Jobs;

/// <summary>Jobs with real processes, over all of their surfaces.</summary>
public sealed class JobTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_nightly_chain_passes_its_values_on_stops_at_the_node_that_fails_and_goes_on_when_that_is_run_again()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var ledger = cluster.Directory.Of("ledger");
        await AddAsync(cluster, $$$"""{"id":"extract","task":{"cmd":"echo rows=42 >> $PLATFORM_OUTPUT; echo 'where=a b=c' >> $PLATFORM_OUTPUT; echo extract >> {{{ledger}}}"}}""");
        await AddAsync(cluster, $$$"""{"id":"transform","parents":["extract"],"task":{"cmd":"echo no room >&2; exit 3"}}""");
        await AddAsync(cluster, $$$"""{"id":"load","parents":["transform"],"task":{"cmd":"echo load $PLATFORM_INPUT_rows >> {{{ledger}}}"}}""");
        await AddAsync(cluster, $$$"""{"id":"alarm","parents":["transform"],"condition":"failed","task":{"cmd":"echo alarm >> {{{ledger}}}"}}""");

        var first = await cluster.Client.Jobs.Get("extract").RunAsync();
        await cluster.UntilAsync("the alarm has run", async () => (await cluster.Client.Jobs.Get("alarm").GetAsync()).Successes == 1);
        var failed = (await cluster.Client.Jobs.Get("transform").ListRunsAsync()).Single();
        failed.Tasks.Single().ExitStatus.ShouldBe(3);
        failed.Tasks.Single().LastLines.ShouldNotBeNull().ShouldContain("no room");
        failed.Causes.Single().ShouldBe(new("extract", first.Id));
        var graph = await first.GetGraphAsync();
        graph.Phase.ShouldBe("failed");
        graph.Nodes.Select(node => (node.Job, node.State)).ShouldBe([("extract", "succeeded"), ("transform", "failed"), ("alarm", "succeeded"), ("load", "unreached")], ignoreOrder: true);

        await cluster.Client.Jobs.Get("transform").ReplaceAsync(Json($$$"""
            {"id":"transform","parents":["extract"],"task":{"cmd":"echo transform $PLATFORM_INPUT_rows $PLATFORM_INPUT_extract_where >> {{{ledger}}}; echo rows=$((PLATFORM_INPUT_rows + 1)) >> $PLATFORM_OUTPUT"}}
            """));
        var again = await cluster.Client.Jobs.Get("transform").GetRun(failed.Id).RerunAsync();
        await cluster.UntilAsync("load has succeeded", async () => (await cluster.Client.Jobs.Get("load").GetAsync()).Successes == 1);
        (await File.ReadAllLinesAsync(ledger)).ShouldBe(["extract", "alarm", "transform 42 a b=c", "load 43"]);
        graph = await (await cluster.Client.Jobs.Get("load").ListRunsAsync()).Select(run => cluster.Client.Jobs.Get("load").GetRun(run.Id)).Single().GetGraphAsync();
        graph.Phase.ShouldBe("succeeded");
        graph.Nodes.Single(node => node.Job == "transform").Run!.ShouldSatisfyAllConditions(run => run.Id.ShouldBe(again.Id), run => run.Replaces.ShouldBe([failed.Id]));

        // What hangs on a node that has succeeded is run again with it, once.
        await (await first.RerunAsync()).WaitAsync();
        await cluster.UntilAsync("load has run again", async () => (await cluster.Client.Jobs.Get("load").GetAsync()).Successes == 2);
        (await File.ReadAllLinesAsync(ledger)).Skip(4).ShouldBe(["extract", "transform 42 a b=c", "load 43"]);
        (await first.GetGraphAsync()).Nodes.Where(node => node.Job != "alarm").ShouldAllBe(node => node.Run!.Trigger == "again");
    }

    [Fact]
    public async Task An_array_runs_every_index_and_tries_again_what_fails()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var folder = cluster.Directory.Of("out");
        Directory.CreateDirectory(folder);
        // Every twentieth index fails at its first attempt: 5 %.
        await AddAsync(cluster, $$$"""
            {"id":"pages","array":{"from":0,"to":199,"parallelism":20},"retry":{"limit":2,"backoffSeconds":0.1},
             "task":{"cmd":"if [ $((PLATFORM_ARRAY_INDEX % 20)) = 7 ] && [ $PLATFORM_RUN_ATTEMPT = 0 ]; then exit 1; fi; echo x >> {{{folder}}}/$PLATFORM_ARRAY_INDEX","cpus":0.01,"mem":8}}
            """);

        using var limit = new CancellationTokenSource(Cluster.Patience);
        var run = await (await cluster.Client.Jobs.Get("pages").RunAsync()).WaitAsync(limit.Token);

        run.Phase.ShouldBe("succeeded");
        run.Succeeded.ShouldBe(200);
        Directory.GetFiles(folder).Length.ShouldBe(200);
        Directory.GetFiles(folder).ShouldAllBe(file => File.ReadAllText(file) == "x\n");
        run.Tasks.Where(task => task.Attempt == 1).Select(task => task.Index).Order().ShouldBe(Enumerable.Range(0, 10).Select(i => (20 * i) + 7));

        // A gang starts together; when one of it fails all begin anew.
        var ledger = cluster.Directory.Of("gang");
        await AddAsync(cluster, $$$"""
            {"id":"gang","array":{"from":0,"to":2,"gang":true},"retry":{"limit":1,"backoffSeconds":0.1},
             "task":{"cmd":"if [ $PLATFORM_RUN_ATTEMPT = 0 ]; then if [ $PLATFORM_GANG_RANK = 1 ]; then exit 1; fi; exec sleep 100000; fi; echo $PLATFORM_GANG_RANK $PLATFORM_GANG_SIZE $PLATFORM_GANG_ADDRESSES $PORT $PLATFORM_GANG_ENDPOINTS >> {{{ledger}}}","cpus":0.01,"mem":8,"ports":1}}
            """);
        var gang = await (await cluster.Client.Jobs.Get("gang").RunAsync()).WaitAsync(limit.Token);
        gang.Phase.ShouldBe("succeeded");
        var host = gang.Tasks[0].Host;
        var ranks = (await File.ReadAllLinesAsync(ledger)).Order().Select(line => line.Split(' ')).ToList();
        var ports = ranks.Select(rank => rank[3]).ToList();
        ports.ShouldBeUnique();
        var endpoints = string.Join(',', ports.Select(port => $"{host}:{port}"));
        ranks.Select(rank => string.Join(' ', rank)).ShouldBe(Enumerable.Range(0, 3).Select(rank => $"{rank} 3 {host},{host},{host} {ports[rank]} {endpoints}"));
    }

    [Fact]
    public async Task A_job_runs_for_what_is_sent_for_an_event_at_an_instant_and_for_a_window_of_the_past()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        var ledger = cluster.Directory.Of("ledger");
        var cmd = $"echo $PLATFORM_RUN_DUE $PLATFORM_PAYLOAD >> {ledger}";
        await AddAsync(cluster, $$$"""{"id":"sent","task":{"cmd":"{{{cmd}}}"}}""");
        await AddAsync(cluster, $$$"""{"id":"after","triggers":[{"event":"job_run_succeeded_event","match":{"jobId":"sent"}}],"task":{"cmd":"echo event >> {{{ledger}}}"}}""");
        await AddAsync(cluster, $$$"""{"id":"daily","schedule":{"expression":"0 3 * * *"},"task":{"cmd":"echo $PLATFORM_RUN_DUE >> {{{ledger}}}"}}""");
        using var limit = new CancellationTokenSource(Cluster.Patience);

        var run = await cluster.Client.Jobs.Get("sent").DispatchAsync(Json("""{"order":"o-1"}"""), "o-1");
        (await cluster.Client.Jobs.Get("sent").DispatchAsync(Json("""{"order":"o-1"}"""), "o-1")).Id.ShouldBe(run.Id);
        (await run.WaitAsync(limit.Token)).Trigger.ShouldBe("dispatch");
        await cluster.UntilAsync("the job that waits for its event has run", async () => (await cluster.Client.Jobs.Get("after").GetAsync()).Successes == 1);
        var lines = await File.ReadAllLinesAsync(ledger);
        lines[0].ShouldEndWith("""{"order":"o-1"}""");
        lines[1..].ShouldBe(["event"]);

        await cluster.Client.Jobs.Get("daily").BackfillAsync(new(2026, 2, 27, 0, 0, 0, TimeSpan.Zero), new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), parallelism: 2);
        await cluster.UntilAsync("the backfill has ended", async () => (await cluster.Client.Jobs.Get("daily").ListBackfillsAsync()).Single() is { EndedAt: not null, Succeeded: 3 });
        (await File.ReadAllLinesAsync(ledger)).Skip(2).Order().ShouldBe(["2026-02-27T03:00:00.000Z", "2026-02-28T03:00:00.000Z", "2026-03-01T03:00:00.000Z"]);

        var at = DateTimeOffset.UtcNow.AddSeconds(3);
        var later = await (await cluster.Client.Jobs.Get("daily").RunAsync(at: at)).WaitAsync(limit.Token);
        later.StartedAt!.Value.ShouldBeGreaterThanOrEqualTo(at.AddMilliseconds(-1));
    }

    [Fact]
    public async Task A_service_takes_the_place_and_the_graphics_devices_of_batch_work_which_is_run_again_when_there_is_room()
    {
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("only", "cpus:4;mem:1024;gpus:2");
        var (ledger, served) = (cluster.Directory.Of("ledger"), cluster.Directory.Of("served"));
        await AddAsync(cluster, $$$"""
            {"id":"train","array":{"from":0,"to":1},
             "task":{"cmd":"echo $PLATFORM_RUN_ATTEMPT $CUDA_VISIBLE_DEVICES >> {{{ledger}}}; if [ $PLATFORM_RUN_ATTEMPT = 0 ]; then exec sleep 100000; fi","cpus":0.1,"mem":16,"gpus":1}}
            """);
        var run = await cluster.Client.Jobs.Get("train").RunAsync();
        await cluster.UntilAsync("both tasks run", async () => (await run.GetAsync()).Tasks.Count(task => task.State == "TASK_RUNNING") == 2);
        (await File.ReadAllLinesAsync(ledger)).Order().ShouldBe(["0 0", "0 1"]);

        // It names no priority: that of services is above that of jobs.
        await cluster.DeployAsync($$$"""{"id":"/serve","cmd":"echo $CUDA_VISIBLE_DEVICES > {{{served}}}; exec sleep 100000","cpus":0.1,"mem":16,"gpus":2}""");
        await cluster.UntilAsync("it has both devices", () => Task.FromResult(File.Exists(served) && File.ReadAllText(served) == "0,1\n"));
        var waiting = await run.GetAsync();
        waiting.Phase.ShouldBe("active");
        waiting.Failed.ShouldBe(0);
        waiting.Why.ShouldNotBeNull().ShouldContain("gpus");

        await cluster.Client.Apps.Get("/serve").RemoveAsync();
        using var limit = new CancellationTokenSource(Cluster.Patience);
        var done = await run.WaitAsync(limit.Token);
        done.Phase.ShouldBe("succeeded");
        (await File.ReadAllLinesAsync(ledger)).Order().ShouldBe(["0 0", "0 1", "1 0", "1 1"]);
        done.Tasks.Where(task => task.Attempt == 0).ShouldAllBe(task => task.State == "TASK_KILLED");
    }

    [Fact]
    public async Task A_job_whose_agent_dies_is_run_elsewhere()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var first = cluster.StartAgent("first");
        await AddAsync(cluster, """{"id":"long","retry":{"limit":3,"backoffSeconds":0.1},"task":{"cmd":"if [ $PLATFORM_RUN_ATTEMPT = 0 ]; then exec sleep 100000; fi","unreachableSeconds":1}}""");
        var run = await cluster.Client.Jobs.Get("long").RunAsync();
        await cluster.UntilAsync("it runs", async () => (await run.GetAsync()).Phase == "active");

        await first.KillAsync();
        foreach (var task in TaskProcess.All(cluster.Directory.Path, "sleep"))
            Signals.Send(task.Id, 9);
        cluster.StartAgent("second");
        var agent = (await run.GetAsync()).Tasks.Single().AgentId!;
        await cluster.Client.Agents.Get(agent).MarkGoneAsync();

        using var limit = new CancellationTokenSource(Cluster.Patience);
        (await run.WaitAsync(limit.Token)).Phase.ShouldBe("succeeded");
    }

    [Fact]
    public async Task Nothing_that_is_due_is_lost_or_doubled_when_the_control_plane_is_killed_around_due_times()
    {
        var chance = new Random(9);
        await using var cluster = await Cluster.StartAsync(output);
        cluster.StartAgent("first");
        var ledger = cluster.Directory.Of("ledger");
        await AddAsync(cluster, $$$"""
            {"id":"tick","schedule":{"expression":"* * * * * *","catchUp":"all"},"keptRuns":10000,
             "task":{"cmd":"echo $PLATFORM_RUN_DUE $PLATFORM_RUN_ID >> {{{ledger}}}","cpus":0.01,"mem":8}}
            """);
        await cluster.UntilAsync("it has run", () => Task.FromResult(File.Exists(ledger)));

        // Each takes some three seconds: 50 of them are for who asks.
        var kills = int.Parse(Environment.GetEnvironmentVariable("PLATFORM_JOB_KILLS") ?? "20", System.Globalization.CultureInfo.InvariantCulture);
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(chance.Next(100, 900));
            await cluster.Server.KillAsync();
            await cluster.StartServerAsync();
        }
        var job = cluster.Client.Jobs.Get("tick");
        await cluster.UntilAsync("it is paused", async () => (await job.PauseAsync("counting")).Paused is not null);
        await cluster.UntilAsync("all runs have ended", async () => (await job.GetAsync()).Runs.Count == 0);

        var lines = (await File.ReadAllLinesAsync(ledger)).Select(line => line.Split(' ')).ToList();
        lines.Select(line => line[1]).ShouldBeUnique();
        var due = lines.Select(line => DateTimeOffset.Parse(line[0], System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
        due.Zip(due.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First == TimeSpan.FromSeconds(1));
        (await job.GetAsync()).Failures.ShouldBe(0);
    }

    [Fact]
    public async Task A_file_that_appears_on_an_agent_makes_one_run_there_whatever_dies()
    {
        await using var cluster = await Cluster.StartAsync(output);
        var ledger = cluster.Directory.Of("ledger");
        var folders = new[] { "first", "second" }.ToDictionary(name => name, name => cluster.Directory.Of("incoming-" + name));
        foreach (var folder in folders.Values)
            Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folders["first"], "old.csv"), "it was there before");
        RunningProcess Start(string name) => cluster.StartAgent(name, options: ["--watch-folder", $"incoming={folders[name]}"]);
        var first = Start("first");
        Start("second");
        await AddAsync(cluster, $$$"""
            {"id":"inbox","triggers":[{"file":{"folder":"incoming","pattern":"*.csv"}}],"triggersPerMinute":6000,
             "task":{"cmd":"echo $HOST $PLATFORM_TRIGGER_FILE $(cat $PLATFORM_TRIGGER_FILE) >> {{{ledger}}}","cpus":0.01,"mem":8}}
            """);
        var expected = new List<string>();
        async Task AppearAsync(string agent, int from, int count)
        {
            for (var number = from; number < from + count; number++)
            {
                var path = Path.Combine(folders[agent], $"{number}.csv");
                await File.WriteAllTextAsync(path, $"content-{number}");
                expected.Add($"{(agent == "first" ? "127.0.0.1" : "127.0.0.2")} {path} content-{number}");
            }
        }

        await AppearAsync("first", 0, 5);
        await AppearAsync("second", 5, 5);
        await cluster.UntilAsync("the first files have come through", () => Task.FromResult(File.Exists(ledger) && File.ReadAllLines(ledger).Length >= 3));
        await first.KillAsync();
        await AppearAsync("first", 10, 5);
        await cluster.Server.KillAsync();
        await AppearAsync("second", 15, 5);
        first = Start("first");
        await cluster.StartServerAsync();
        await AppearAsync("first", 20, 5);
        await cluster.Server.KillAsync();
        await first.KillAsync();
        first = Start("first");
        await cluster.StartServerAsync();

        await cluster.UntilAsync("every file has made a run", async () => (await cluster.Client.Jobs.Get("inbox").GetAsync()).Successes >= expected.Count);
        (await File.ReadAllLinesAsync(ledger)).ShouldBe(expected, ignoreOrder: true);
        (await cluster.Client.Jobs.Get("inbox").GetAsync()).ShouldSatisfyAllConditions(job => job.Successes.ShouldBe(expected.Count), job => job.Failures.ShouldBe(0));
        (await cluster.Client.Jobs.Get("inbox").ListRunsAsync()).ShouldAllBe(run => run.Trigger == "file" && run.File != null);
    }

    [Fact]
    public async Task Metronomes_clients_find_their_paths_statuses_and_words()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };
        const string job = """{"id":"prod.example","description":"d","run":{"cmd":"sleep 100000","cpus":0.1,"mem":32}}""";
        const string schedule = """{"id":"every","cron":"0 0 * * *","timezone":"UTC"}""";

        (await SendAsync(http, HttpMethod.Post, "/v1/jobs", job)).Status.ShouldBe(HttpStatusCode.Created);
        await ShouldSayAsync(http, HttpMethod.Post, "/v1/jobs", job, HttpStatusCode.Conflict, "Job with this id already exists");
        await ShouldSayAsync(http, HttpMethod.Post, "/v1/jobs", """{"id":"x","run":{"cmd":"true","mem":8}}""", HttpStatusCode.UnprocessableEntity, "Object is not valid");
        await ShouldSayAsync(http, HttpMethod.Post, "/v1/jobs", """{"id":"x","dependencies":[{"id":"a"}],"run":{"cmd":"true"}}""", HttpStatusCode.UnprocessableEntity, "Dependencies contain unknown jobs. unknown=[a]");
        await ShouldSayAsync(http, HttpMethod.Get, "/v1/jobs/absent", null, HttpStatusCode.NotFound, "Job not found");
        (await SendAsync(http, HttpMethod.Post, "/v1/jobs/prod.example/schedules", schedule)).Status.ShouldBe(HttpStatusCode.Created);
        await ShouldSayAsync(http, HttpMethod.Post, "/v1/jobs/prod.example/schedules", schedule, HttpStatusCode.Conflict, "A schedule with id every already exists");
        await ShouldSayAsync(http, HttpMethod.Post, "/v1/jobs/prod.example/schedules", schedule.Replace("every", "other", StringComparison.Ordinal), HttpStatusCode.Conflict, "Only one schedule supported at the moment");
        await ShouldSayAsync(http, HttpMethod.Get, "/v1/jobs/prod.example/schedules/other", null, HttpStatusCode.NotFound, "Schedule not found");
        var run = await SendAsync(http, HttpMethod.Post, "/v1/jobs/prod.example/runs", "");
        run.Status.ShouldBe(HttpStatusCode.Created);
        var runId = (string)run.Json!["id"]!;
        await cluster.UntilAsync("it is active", async () => (string?)(await SendAsync(http, HttpMethod.Get, $"/v1/jobs/prod.example/runs/{runId}", null)).Json!["status"] == "ACTIVE");
        await ShouldSayAsync(http, HttpMethod.Delete, "/v1/jobs/prod.example", null, HttpStatusCode.Conflict, "There are active job runs. Override with stopCurrentJobRuns=true");
        var shown = (await SendAsync(http, HttpMethod.Get, "/service/metronome/v1/jobs/prod.example?embed=activeRuns&embed=schedules&embed=historySummary", null)).Json!;
        ((string?)shown["activeRuns"]![0]!["id"]).ShouldBe(runId);
        ((string?)shown["schedules"]![0]!["concurrencyPolicy"]).ShouldBe("ALLOW");
        (await SendAsync(http, HttpMethod.Post, $"/v1/jobs/prod.example/runs/{runId}/actions/stop", "")).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldSayAsync(http, HttpMethod.Get, "/v1/jobs/prod.example/runs/none", null, HttpStatusCode.NotFound, "Job Run not found");
        var metrics = (await SendAsync(http, HttpMethod.Get, "/v1/metrics", null)).Json!;
        ((long)metrics["gauges"]!["metronome.jobs.count"]!["value"]!).ShouldBe(1);
        ((long)metrics["counters"]!["metronome.runs.failed"]!["count"]!).ShouldBe(0);
        (await SendAsync(http, HttpMethod.Get, "/v1/queue", null)).Json.ShouldNotBeNull();
        (await SendAsync(http, HttpMethod.Delete, "/v1/jobs/prod.example?stopCurrentJobRuns=true", null)).Status.ShouldBe(HttpStatusCode.OK);
        var yaml = await SendAsync(http, HttpMethod.Post, "/v0/scheduled-jobs", "id: yaml\nrun:\n  cmd: 'true'\n  mem: 32\nschedules:\n- id: nightly\n  cron: '0 3 * * *'\n", "application/x-yaml");
        yaml.Status.ShouldBe(HttpStatusCode.Created);
        ((string?)yaml.Json!["schedules"]![0]!["cron"]).ShouldBe("0 3 * * *");

        // What Metronome has no words for survives its changes.
        await cluster.Client.Jobs.Get("yaml").ReplaceAsync(Json("""{"id":"yaml","schedule":{"expression":"0 3 * * *"},"keptRuns":7,"lateAfterSeconds":60,"task":{"cmd":"true"}}"""));
        (await SendAsync(http, HttpMethod.Put, "/v1/jobs/yaml", """{"id":"yaml","run":{"cmd":"false","mem":32}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(http, HttpMethod.Delete, "/v1/jobs/yaml/schedules/default", null)).Status.ShouldBe(HttpStatusCode.OK);
        var kept = (await cluster.Client.Jobs.Get("yaml").GetAsync()).Spec;
        ((int?)kept["keptRuns"]).ShouldBe(7);
        ((string?)kept["task"]!["cmd"]).ShouldBe("false");
        kept["schedule"].ShouldBeNull();
    }

    [Fact]
    public async Task Chronos_clients_find_their_paths_statuses_and_words()
    {
        await using var cluster = await Cluster.StartAsync(output, localAgents: 1);
        using var http = new HttpClient { BaseAddress = cluster.Client.Url };

        (await SendAsync(http, HttpMethod.Post, "/v1/scheduler/iso8601", """{"name":"A","command":"true","schedule":"R1//P1D","owner":"a@b.c","epsilon":"PT15M","async":false}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(http, HttpMethod.Post, "/scheduler/dependency", """{"name":"B","command":"true","parents":["A"]}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(http, HttpMethod.Post, "/v1/scheduler/iso8601", """{"name":"C","command":"true","schedule":"FOO"}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(http, HttpMethod.Post, "/v1/scheduler/dependency", """{"name":"C","command":"true","parents":["Z"]}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await SendAsync(http, HttpMethod.Delete, "/v1/scheduler/job/Z", null)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await http.GetStringAsync("/v1/scheduler/graph/csv")).ShouldContain("link,A,B\n");
        (await http.GetStringAsync("/v1/scheduler/graph/dot")).ShouldContain("\"A\" -> \"B\"");
        await cluster.UntilAsync("A has run", async () => (await cluster.Client.Jobs.Get("A").GetAsync()).Successes == 1);
        (await SendAsync(http, HttpMethod.Put, "/v1/scheduler/job/A?arguments=x", null)).Status.ShouldBe(HttpStatusCode.NoContent);
        await cluster.UntilAsync("A has run twice", async () => (await cluster.Client.Jobs.Get("A").GetAsync()).Successes == 2);
        // It was added before or after the first of them had ended.
        await cluster.UntilAsync("B has followed A", async () => (await cluster.Client.Jobs.Get("B").GetAsync()).Successes >= 1);
        var jobs = (await SendAsync(http, HttpMethod.Get, "/v1/scheduler/jobs", null)).Json!.AsArray();
        ((bool)jobs[0]!["disabled"]!).ShouldBeTrue("its only repetition is over");
        ((string?)jobs[0]!["epsilon"]).ShouldBe("PT15M");
        ((long)jobs[0]!["successCount"]!).ShouldBe(2);
        (await SendAsync(http, HttpMethod.Get, "/v1/scheduler/jobs/search?name=b", null)).Json!.AsArray().Count.ShouldBe(1);
        var statistics = (await SendAsync(http, HttpMethod.Get, "/v1/scheduler/job/stat/A", null)).Json!;
        ((int)statistics["count"]!, (long)statistics["successCount"]!, (long)statistics["errorCount"]!).ShouldBe((2, 2, 0));
        foreach (var percentile in (string[])["median", "75thPercentile", "95thPercentile", "98thPercentile", "99thPercentile", "mean"])
        {
            var times = (await SendAsync(http, HttpMethod.Get, $"/scheduler/stats/{percentile}", null)).Json!.AsArray();
            times.Select(time => (string?)time!["jobNameLabel"]).ShouldContain("A");
            ((double)times.Single(time => (string?)time!["jobNameLabel"] == "A")!["time"]!).ShouldBe((double)statistics[percentile]!);
        }
        (await SendAsync(http, HttpMethod.Get, "/scheduler/stats/50", null)).Status.ShouldBe(HttpStatusCode.BadRequest);
        var task = (string)statistics["taskStatHistory"]![0]!["taskId"]!;
        foreach (var (name, elements) in (IEnumerable<(string, int)>)[(task, 3), (task, 4), ("t", 5)])
            (await SendAsync(http, HttpMethod.Post, $"/scheduler/job/A/task/{name}/progress", $$"""{"numAdditionalElementsProcessed":{{elements}}}""")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(http, HttpMethod.Post, $"/scheduler/job/A/task/{task}/progress", """{"numAdditionalElementsProcessed":-1}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        var history = (await SendAsync(http, HttpMethod.Get, "/v1/scheduler/job/stat/A", null)).Json!["taskStatHistory"]!.AsArray();
        history.Select(one => ((string)one!["taskId"]!, (long)one["numElementsProcessed"]!, (string)one["status"]!)).ShouldContain((task, 7, "Success"));
        (await SendAsync(http, HttpMethod.Delete, "/v1/scheduler/job/A", null)).Status.ShouldBe(HttpStatusCode.NoContent);
    }

    [Theory]
    // November 2026: the 13th is a Friday, as are the 6th and the 20th. Metronome wants both, cron(8) either.
    [InlineData("schedule next|0 0 13 * 5|--from|2026-11-01T00:00:00Z|--count|3", "2026-11-06T00:00:00Z 2026-11-13T00:00:00Z 2026-11-20T00:00:00Z")]
    [InlineData("schedule next|0 0 13 * 5|--from|2026-11-01T00:00:00Z|--count|2|--dialect|metronome", "2026-11-13T00:00:00Z 2027-08-13T00:00:00Z")]
    [InlineData("schedule next|0 9 * * *|--from|2026-12-23T12:00:00Z|--count|2|--exclude|12-24/12-26|--zone|Europe/Dublin", "2026-12-27T09:00:00Z 2026-12-28T09:00:00Z")]
    [InlineData("schedule next|R3/2027-01-31T06:00:00Z/P1M|--from|2027-01-31T06:00:00Z", "2027-02-28T06:00:00Z 2027-03-31T06:00:00Z")]
    public async Task The_command_line_says_when_a_schedule_is_due(string command, string lines)
    {
        var result = await Executable.RunAsync(Path.GetTempPath(), [.. command.Split('|')[0].Split(' '), .. command.Split('|')[1..]], standardInput: null);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(lines.Split(' '));
    }

    private static async Task AddAsync(Cluster cluster, string definition) => await cluster.Client.Jobs.CreateAsync(Json(definition));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static async Task ShouldSayAsync(HttpClient http, HttpMethod method, string path, string? body, HttpStatusCode status, string message)
    {
        var (got, json) = await SendAsync(http, method, path, body);
        got.ShouldBe(status, $"{method} {path}: {json}");
        ((string?)json!["message"]).ShouldBe(message);
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Json)> SendAsync(HttpClient http, HttpMethod method, string path, string? body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, type) };
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : null);
    }
}
