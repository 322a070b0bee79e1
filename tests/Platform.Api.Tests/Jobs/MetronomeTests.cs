using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Jobs;

/// <summary>Metronome's paths, statuses and words. Each test has jobs of its own.</summary>
public sealed class MetronomeTests(JobServer server) : IClassFixture<JobServer>
{
    [Fact]
    public async Task Schedules_come_with_a_job_and_are_always_shown()
    {
        const string Job = """{"id":"with.schedule","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0},"schedules":[{"id":"nightly","cron":"0 3 * * *","enabled":false,"concurrencyPolicy":"FORBID"}]}""";

        var added = await server.DoAsync("POST", "/v1/jobs", Job, HttpStatusCode.Created);

        var schedule = added["schedules"]!.AsArray().ShouldHaveSingleItem()!;
        (schedule["cron"]!.GetValue<string>(), schedule["timezone"]!.GetValue<string>(), schedule["startingDeadlineSeconds"]!.GetValue<int>(), schedule["concurrencyPolicy"]!.GetValue<string>())
            .ShouldBe(("0 3 * * *", "UTC", 900, "FORBID"));
        schedule["nextRunAt"]!.GetValue<string>().ShouldEndWith("T03:00:00.000+0000", Case.Sensitive, "also of one that does not count now");
        (await server.DoAsync("GET", "/v1/jobs/with.schedule"))["schedules"]!.AsArray().Count.ShouldBe(1);
        // A change of the job leaves its schedule as it is; one of both together replaces it, or takes it away.
        var changed = await server.DoAsync("PUT", "/v1/jobs/with.schedule", """{"id":"ignored","run":{"cmd":"false","cpus":0.1,"mem":32,"disk":0}}""");
        (changed["id"]!.GetValue<string>(), changed["schedules"]!.AsArray().Count).ShouldBe(("with.schedule", 1));
        (await server.DoAsync("PUT", "/v0/scheduled-jobs/with.schedule", Job.Replace("0 3", "0 4", StringComparison.Ordinal)))["schedules"]![0]!["cron"]!.GetValue<string>().ShouldBe("0 4 * * *");
        (await server.DoAsync("PUT", "/v0/scheduled-jobs/with.schedule", """{"id":"with.schedule","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0}}"""))["schedules"]!.AsArray().ShouldBeEmpty();
        // As the command line of DC/OS adds one whose file names no policy.
        var policy = await server.DoAsync("POST", "/v1/jobs/with.schedule/schedules", """{"id":"plain","cron":"1 0 * * *","concurrencyPolicy":"","enabled":false,"nextRunAt":""}""", HttpStatusCode.Created);
        policy["concurrencyPolicy"]!.GetValue<string>().ShouldBe("ALLOW");
        (await server.DoAsync("DELETE", "/v1/jobs/with.schedule"))["schedules"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_left_out_is_filled_in_and_an_older_operator_has_its_newer_name()
    {
        var run = (await server.DoAsync("POST", "/v1/jobs", """
            {"id":"filled","run":{"cpus":0.5,"mem":64,"disk":1,"docker":{"image":"busybox"},"artifacts":[{"uri":"http://example.org/a"}],
             "placement":{"constraints":[{"attribute":"a","operator":"EQ","value":"1"},{"attribute":"b","operator":"IS","value":"2"}]}}}
            """, HttpStatusCode.Created))["run"]!;

        run["docker"]!.ToJsonString().ShouldBe("""{"image":"busybox","privileged":false,"parameters":[],"forcePullImage":false}""");
        run["artifacts"]![0]!.ToJsonString().ShouldBe("""{"uri":"http://example.org/a","extract":true,"executable":false,"cache":false}""");
        run["placement"]!["constraints"]!.AsArray().Select(constraint => constraint!["operator"]!.GetValue<string>()).ShouldBe(["IS", "IS"]);
        (run["maxLaunchDelay"]!.GetValue<int>(), run["gpus"]!.GetValue<int>(), run["restart"]!["policy"]!.GetValue<string>()).ShouldBe((3600, 0, "NEVER"));
        foreach (var name in (string[])["volumes", "networks"])
            run[name]!.AsArray().ShouldBeEmpty();
    }

    // Bodies of run and the one problem that each has.
    [Theory]
    [InlineData("""{}""", "/run: Cmd, Docker or UCR image must be specified")]
    [InlineData("""{"cmd":"true","mem":31}""", "/run/mem: must be at least 32")]
    [InlineData("""{"cmd":"true","cpus":0}""", "/run/cpus: must be at least 0.01")]
    [InlineData("""{"cmd":"true","maxLaunchDelay":0}""", "/run/maxLaunchDelay: must be at least 1")]
    [InlineData("""{"cmd":"true","maxLaunchDelay":1e300}""", "/run/maxLaunchDelay: must be 1 to 3155760000")]
    [InlineData("""{"docker":{"image":"a"},"ucr":{"image":{"id":"a"}}}""", "/run: Either Docker or UCR should be provided, but not both")]
    [InlineData("""{"docker":{"image":"a"},"gpus":1}""", "/run/gpus: GPUs are not supported with Docker")]
    [InlineData("""{"docker":{"image":"a"},"secrets":{"s":{"source":"x"}},"volumes":[{"containerPath":"/s","secret":"s"}]}""", "/run/volumes: File based secrets are only supported by UCR")]
    [InlineData("""{"ucr":{"image":{"id":"a"}},"volumes":[{"containerPath":"/s","secret":"s"}]}""", "/run: The following secrets are referenced, but undefined: s. Please add them to the secrets field.")]
    [InlineData("""{"cmd":"true","secrets":{"s":{"source":"x"}}}""", "/run: The following secrets are defined, but not referenced: s. Please remove them from the secrets field.")]
    [InlineData("""{"ucr":{"image":{"id":"a"}},"volumes":[{"containerPath":"/s","hostPath":"/a","secret":"s"}],"env":{"S":{"secret":"s"}},"secrets":{"s":{"source":"x"}}}""",
        """/run/volumes(0): expected HostVolume or SecretVolume object but got {"containerPath":"/s","hostPath":"/a","secret":"s"}""")]
    [InlineData("""{"cmd":"true","networks":[{"mode":"container","name":"n"}]}""", "/run/networks: Only containers may join container or bridge networks")]
    [InlineData("""{"docker":{"image":"a"},"networks":[{"mode":"container"}]}""", "/run/networks(0)/name: must not be empty for container networks")]
    [InlineData("""{"cmd":"true","restart":{"policy":"ALWAYS"}}""", "/run/restart/policy: 'ALWAYS' is not a valid restart policy. Allowed values: NEVER, ON_FAILURE")]
    [InlineData("""{"cmd":"true","placement":{"constraints":[{"attribute":"a","operator":"invalid","value":"b"}]}}""", "/run/placement/constraints(0)/operator: 'invalid' is not a valid operator. Allowed values: IS, EQ, LIKE, UNLIKE")]
    [InlineData("""{"cmd":"true","placement":{"constraints":[{"attribute":"a","operator":"LIKE","value":"["}]}}""", "/run/placement/constraints(0): ")]
    [InlineData("""{"cmd":"true","args":["a"]}""", "/run/args: cmd and args exclude each other; give one of them")]
    [InlineData("""{"cmd":"true","instances":2}""", "/run/instances: is not known here; there are ")]
    public async Task A_run_that_is_not_valid_is_refused_with_the_place_and_Metronomes_words(string run, string problem)
    {
        var (status, json, text) = await server.SendAsync("POST", "/v1/jobs", $$"""{"id":"wrong","run":{{run}}}""");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        json!["message"]!.GetValue<string>().ShouldBe("Object is not valid");
        JobServer.Problems(json).ShouldHaveSingleItem().ShouldStartWith(problem);
        (await server.SendAsync("GET", "/v1/jobs/wrong")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Every_problem_of_a_job_is_told_at_once()
    {
        var (status, json, text) = await server.SendAsync("POST", "/v1/jobs", """
            {"id":"Not Valid","run":{"mem":8,"cmd":7},"dependencies":[{"id":"absent"}],"more":1,
             "schedules":[{"id":"a.b","cron":"0 0 31 2 *","timezone":"Nowhere/City","startingDeadlineSeconds":1,"concurrencyPolicy":"REPLACE"}]}
            """);

        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        JobServer.Problems(json).Select(problem => problem.Split(": ")[0]).Distinct().Order(StringComparer.Ordinal).ShouldBe(new[]
        {
            "/", "/dependencies", "/id", "/more", "/run", "/run/cmd", "/run/mem", "/schedules(0)/concurrencyPolicy", "/schedules(0)/cron", "/schedules(0)/id", "/schedules(0)/startingDeadlineSeconds",
            "/schedules(0)/timezone",
        }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Jobs_that_depend_on_each_other_are_told_by_name()
    {
        static string Job(string id, params string[] parents) =>
            $$"""{"id":"{{id}}","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0},"dependencies":[{{string.Join(',', parents.Select(parent => $$"""{"id":"{{parent}}"}"""))}}]}""";
        await server.DoAsync("POST", "/v1/jobs", Job("one"), HttpStatusCode.Created);
        (await server.DoAsync("POST", "/v1/jobs", Job("two", "one"), HttpStatusCode.Created))["dependencies"]![0]!["id"]!.GetValue<string>().ShouldBe("one");

        await ShouldSayAsync("POST", "/v1/jobs", Job("three", "four"), HttpStatusCode.UnprocessableEntity, "Dependencies contain unknown jobs. unknown=[four]");
        var circle = await ShouldSayAsync("PUT", "/v1/jobs/one", Job("one", "two"), HttpStatusCode.UnprocessableEntity, "Dependencies have a cycle.");
        JobServer.Problems(circle).ShouldBe(["/dependencies: the jobs would follow each other in a circle: one -> two -> one"]);
        await ShouldSayAsync("DELETE", "/v1/jobs/one", null, HttpStatusCode.Conflict, "There are jobs with a dependency on one. children=[two]");
    }

    [Fact]
    public async Task What_is_not_there_has_its_name_in_the_answer()
    {
        await server.DoAsync("POST", "/v1/jobs", """{"id":"lonely","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0}}""", HttpStatusCode.Created);

        (await ShouldSayAsync("GET", "/v1/jobs/absent", null, HttpStatusCode.NotFound, "Job not found"))["id"]!.GetValue<string>().ShouldBe("absent");
        (await ShouldSayAsync("PUT", "/v1/jobs/absent", """{"run":{"cmd":"true"}}""", HttpStatusCode.NotFound, "Job not found"))["id"]!.GetValue<string>().ShouldBe("absent");
        (await ShouldSayAsync("PUT", "/v1/jobs/lonely/schedules/none", """{"id":"none","cron":"* * * * *"}""", HttpStatusCode.NotFound, "Schedule not found"))["id"]!.GetValue<string>().ShouldBe("none");
        var run = await ShouldSayAsync("POST", "/v1/jobs/lonely/runs/none/actions/stop", null, HttpStatusCode.NotFound, "Job Run not found");
        (run["jobSpec"]!.GetValue<string>(), run["id"]!.GetValue<string>()).ShouldBe(("lonely", "none"));
        foreach (var (method, path) in ((string, string)[])[("POST", "/v1/jobs/lonely"), ("PATCH", "/v1/jobs/lonely"), ("DELETE", "/v1/jobs"), ("GET", "/v1/jobs/lonely/nothing"), ("GET", "/v0/scheduled-jobs"), ("POST", "/v1/queue")])
            (await ShouldSayAsync(method, path, method == "GET" ? null : "{}", HttpStatusCode.NotFound, "Unknown route."))["requestPath"]!.GetValue<string>().ShouldBe(path);
        await ShouldSayAsync("GET", "/v1/jobs?embed=runs", null, HttpStatusCode.BadRequest, "Unknown embed options. Valid options are: activeRuns, schedules, history, historySummary");
        await ShouldSayAsync("PUT", "/v1/jobs/lonely", """{"id":"/not/valid","run":{"cmd":"true"}}""", HttpStatusCode.UnprocessableEntity, "Object is not valid");
    }

    [Fact]
    public async Task A_schedule_is_read_as_Metronome_reads_it()
    {
        await server.DoAsync("POST", "/v1/jobs", """{"id":"timed","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0}}""", HttpStatusCode.Created);
        foreach (var cron in (string[])["0 0 31 2 *", "0 0 30-31 2 *", "0 0 31 2-3 *", "0 0 31 feb-MAR *", "* * * * * *", "@hourly", "H * * * *", "R/2026-03-01T13:00:00Z/P1D", "60 * * * *", "FOO"])
        {
            var (status, json, text) = await server.SendAsync("POST", "/v1/jobs/timed/schedules", $$"""{"id":"s","cron":"{{cron}}"}""");
            status.ShouldBe(HttpStatusCode.UnprocessableEntity, $"{cron}: {text}");
            JobServer.Problems(json).ShouldHaveSingleItem().ShouldStartWith("/cron: ");
        }

        // Its parser knows the last day, the nearest working day and the n-th weekday.
        foreach (var cron in (string[])["0 0 29 2 *", "0 0 31 12 *", "0 0 31 2,3 *", "0 0 20-31 2 *", "0 9 1-7 * 1", "0 0 L * *", "0 0 15W * *", "0 0 * * 5#3"])
        {
            await server.DoAsync("POST", "/v1/jobs/timed/schedules", $$"""{"id":"s","cron":"{{cron}}"}""", HttpStatusCode.Created);
            (await server.DoAsync("GET", "/v1/jobs/timed/schedules"))[0]!["cron"]!.GetValue<string>().ShouldBe(cron);
            (await server.SendAsync("PUT", "/v1/jobs/timed/schedules/s", """{"id":"ignore.me","cron":"* * * * *"}""")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await server.DoAsync("PUT", "/v1/jobs/timed/schedules/s", """{"id":"s","cron":"1 2 3 4 5","timezone":"America/Chicago"}"""))["timezone"]!.GetValue<string>().ShouldBe("America/Chicago");
            (await server.SendAsync("DELETE", "/v1/jobs/timed/schedules/s")).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Runs_that_have_no_place_yet_are_in_the_queue()
    {
        await server.DoAsync("POST", "/v1/jobs", """
            {"id":"queued","run":{"cmd":"true","cpus":0.1,"mem":32,"disk":0,"placement":{"constraints":[{"attribute":"rack","operator":"IS","value":"nowhere"}]}}}
            """, HttpStatusCode.Created);
        var run = (await server.DoAsync("POST", "/v1/jobs/queued/runs", "{}", HttpStatusCode.Created))["id"]!.GetValue<string>();

        await server.AskUntilAsync("/v1/queue", queue => queue.AsArray().Any(job => job!["jobId"]!.GetValue<string>() == "queued" && job["runs"]![0]!["runId"]!.GetValue<string>() == run));
        (await server.DoAsync("GET", $"/v1/jobs/queued/runs/{run}"))["status"]!.GetValue<string>().ShouldBe("STARTING");
        // Our own API says why, for people.
        var why = await server.AskUntilAsync("/api/jobs/queued", job => job["runs"]![0]!["why"] is not null);
        why["runs"]![0]!["why"]!.GetValue<string>().ShouldContain("constraint");
        (await server.DoAsync("GET", "/v1/jobs/queued?embed=activeRuns&embed=history,historySummary")).AsObject().Select(member => member.Key).ShouldContain("activeRuns");
        (await server.DoAsync("POST", $"/v1/jobs/queued/runs/{run}/actions/stop"))["id"]!.GetValue<string>().ShouldBe(run);
        var history = (await server.AskUntilAsync("/v1/jobs/queued?embed=history", job => job["history"]!["failedFinishedRuns"]!.AsArray().Count == 1))["history"]!;
        history["failedFinishedRuns"]![0]!["id"]!.GetValue<string>().ShouldBe(run);
        history["successCount"]!.GetValue<long>().ShouldBe(0);
    }

    [Theory]
    [InlineData("application/x-yaml", "? [a, b]\n: c\n", "Invalid YAML")]
    [InlineData("text/yaml", "id: [", "Invalid YAML")]
    [InlineData("application/json", """{"id":"a","id":"b","run":{"cmd":"true"}}""", "Invalid JSON")]
    [InlineData("application/json", """{"id":"a","run":{"cmd":"true","env":{"A":"1","A":"2"}}}""", "Invalid JSON")]
    public async Task A_body_that_is_neither_is_refused(string type, string body, string message)
    {
        var (status, json, text) = await server.SendAsync("POST", "/v1/jobs", body, type);

        status.ShouldBe(HttpStatusCode.BadRequest, text);
        json!["message"]!.GetValue<string>().ShouldBe(message);
    }

    private async Task<JsonNode> ShouldSayAsync(string method, string path, string? body, HttpStatusCode status, string message)
    {
        var (got, json, text) = await server.SendAsync(method, path, body);
        got.ShouldBe(status, $"{method} {path}: {text}");
        json!["message"]!.GetValue<string>().ShouldBe(message);
        return json;
    }
}
