using System.Net;
using System.Text.Json.Nodes;

namespace Platform.Api.Tests.Jobs;

/// <summary>Chronos' paths, statuses and words. Each test has jobs of its own.</summary>
public sealed class ChronosTests(JobServer server) : IClassFixture<JobServer>
{
    private const string Jobs = "/v1/scheduler";

    [Fact]
    public async Task A_job_comes_back_as_it_was_given_and_may_be_sent_again_as_it_comes()
    {
        await AddAsync("iso8601", """
            {"name":"round","command":"true","schedule":"R/2099-07-01T13:00:00Z/P1D","scheduleTimeZone":"Europe/Paris","maxCompletionTime":90,"uris":["http://example.org/a.sh"],"owner":"ops@example.org",
             "container":{"type":"DOCKER","image":"busybox","network":"BRIDGE","volumes":[{"hostPath":"/a","containerPath":"/b","mode":"RO"}],"parameters":[{"key":"cap-add","value":"SYS_TIME"}]}}
            """);

        var job = await server.DoAsync("GET", $"{Jobs}/job/round");
        job["schedule"]!.GetValue<string>().ShouldBe("R/2099-07-01T13:00:00.000+02:00/P1D");
        (job["maxCompletionTime"]!.GetValue<long>(), job["retries"]!.GetValue<int>(), job["disk"]!.GetValue<double>()).ShouldBe((90, 2, 256));
        var before = await server.DoAsync("GET", "/api/jobs/round");
        before["nextDue"]!.GetValue<string>().ShouldBe("2099-07-01T11:00:00.000Z");
        before["spec"]!["task"]!["timeoutSeconds"]!.GetValue<double>().ShouldBe(90);
        before["spec"]!["task"]!["env"]!["CHRONOS_JOB_OWNER"]!.GetValue<string>().ShouldBe("ops@example.org");

        await AddAsync("iso8601", job.ToJsonString());

        var after = await server.DoAsync("GET", "/api/jobs/round");
        after["nextDue"]!.GetValue<string>().ShouldBe("2099-07-01T11:00:00.000Z");
        after["spec"]!["task"]!["fetch"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_command_that_is_an_address_is_fetched_and_executed()
    {
        await AddAsync("iso8601", """{"name":"remote","command":"http://example.org/bin/job.sh","schedule":"R/2099-07-01T13:00:00Z/P1D"}""");

        (await server.DoAsync("GET", $"{Jobs}/job/remote"))["command"]!.GetValue<string>().ShouldBe("http://example.org/bin/job.sh");
        var task = (await server.DoAsync("GET", "/api/jobs/remote"))["spec"]!["task"]!;
        task["cmd"]!.GetValue<string>().ShouldBe("\"./job.sh\"");
        task["fetch"]![0]!.ToJsonString().ShouldBe("""{"uri":"http://example.org/bin/job.sh","extract":false,"executable":true,"cache":false}""");
    }

    [Fact]
    public async Task A_success_that_is_set_by_hand_counts_and_brings_about_what_follows()
    {
        await AddAsync("iso8601", """{"name":"hand","command":"true","schedule":"R/2099-01-01T00:00:00Z/P1D"}""");
        await AddAsync("dependency", """{"name":"follows","command":"true","parents":["hand"]}""");
        (await SummaryAsync("hand"))["status"]!.GetValue<string>().ShouldBe("fresh");

        (await server.SendAsync("PUT", $"{Jobs}/job/success/hand")).Text.ShouldBe("marked job hand as successful: true");

        var job = await server.DoAsync("GET", $"{Jobs}/job/hand");
        job["successCount"]!.GetValue<long>().ShouldBe(1);
        job["lastSuccess"]!.GetValue<string>().ShouldNotBeEmpty();
        (await SummaryAsync("hand"))["status"]!.GetValue<string>().ShouldBe("success");
        (await server.SendAsync("GET", $"{Jobs}/graph/csv")).Text.ShouldContain("node,hand,success,idle\n");
        await server.AskUntilAsync("/api/jobs/follows", follower => follower["runs"]!.AsArray().Count == 1);
        await server.AskUntilAsync($"{Jobs}/jobs/summary", all => all["jobs"]!.AsArray().Any(one => one!["name"]!.GetValue<string>() == "follows" && one["state"]!.GetValue<string>() == "running"));
        (await server.SendAsync("PUT", $"{Jobs}/job/success/nobody")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_followed_a_job_that_is_removed_follows_what_it_followed_or_has_its_schedule()
    {
        await AddAsync("iso8601", """{"name":"a","command":"true","schedule":"R3/2099-01-01T00:00:00Z/P1D"}""");
        await AddAsync("dependency", """{"name":"b","command":"true","parents":["a"]}""");
        await AddAsync("dependency", """{"name":"c","command":"true","parents":["b"]}""");

        (await server.SendAsync("DELETE", $"{Jobs}/job/b")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.DoAsync("GET", $"{Jobs}/job/c"))["parents"]!.AsArray().Select(parent => parent!.GetValue<string>()).ShouldBe(["a"]);
        (await server.SendAsync("GET", $"{Jobs}/graph/csv")).Text.ShouldContain("link,a,c\n");

        (await server.SendAsync("DELETE", $"{Jobs}/job/a")).Status.ShouldBe(HttpStatusCode.NoContent);
        var heir = await server.DoAsync("GET", $"{Jobs}/job/c");
        heir["parents"].ShouldBeNull();
        (heir["schedule"]!.GetValue<string>(), heir["disabled"]!.GetValue<bool>()).ShouldBe(("R3/2099-01-01T00:00:00.000Z/P1D", false));
    }

    [Fact]
    public async Task Statistics_and_metrics_have_Chronos_names()
    {
        await AddAsync("iso8601", """{"name":"counted","command":"true","schedule":"R/2099-01-01T00:00:00Z/P1D"}""");
        (await server.SendAsync("PUT", $"{Jobs}/job/counted")).Status.ShouldBe(HttpStatusCode.NoContent);
        await server.AskUntilAsync("/api/jobs/counted", job => job["runs"]!.AsArray().Any(run => run!["phase"]!.GetValue<string>() == "active"));

        var statistics = await server.DoAsync("GET", $"{Jobs}/job/stat/counted");
        statistics["histogram"]!.AsObject().Select(member => member.Key).ShouldBe(["75thPercentile", "95thPercentile", "98thPercentile", "99thPercentile", "median", "mean", "count"], ignoreOrder: true);
        var task = statistics["taskStatHistory"]!.AsArray().ShouldHaveSingleItem()!;
        (task["jobName"]!.GetValue<string>(), task["status"]!.GetValue<string>(), task["endTime"]!.GetValue<string>()).ShouldBe(("counted", "Running", "N/A"));
        task["startTime"]!.GetValue<string>().ShouldMatch("^[0-9]{2}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$");
        (await server.DoAsync("GET", "/scheduler/stats/median")).AsArray().Select(one => one!["jobNameLabel"]!.GetValue<string>()).ShouldContain("counted");
        var metrics = await server.DoAsync("GET", "/v1/scheduler/metrics");
        metrics["counters"]!["jobs.run.success.counted"]!["count"]!.GetValue<long>().ShouldBe(0);
        metrics["histograms"]!["jobs.run.time.counted"].ShouldNotBeNull();
        (await server.DoAsync("GET", "/service/chronos/metrics"))["counters"].ShouldNotBeNull();
        (await server.SendAsync("DELETE", $"{Jobs}/task/kill/counted")).Status.ShouldBe(HttpStatusCode.NoContent);
        await server.AskUntilAsync("/api/jobs/counted", job => job["runs"]!.AsArray().Count == 0);
    }

    [Theory]
    [InlineData("iso8601", """{"name":"no good","command":"true","schedule":"R/2026-02-30T00:00:00Z/P1D","scheduleTimeZone":"Nowhere/City","retries":"x"}""", "name: ", "schedule: ", "scheduleTimeZone: ", "retries: ")]
    [InlineData("iso8601", """{"name":"a","command":"true","schedule":"R/1969-12-31T00:00:00Z/P1D","arguments":["x"],"cpus":-1}""", "arguments: ", "schedule: ")]
    [InlineData("iso8601", """{"name":"a","command":"true"}""", "schedule: ")]
    [InlineData("dependency", """{"name":"a","command":"true","parents":[]}""", "parents: ")]
    [InlineData("dependency", """{"name":"a","command":"true","parents":["nobody"],"container":{"image":"x","network":"MOON","volumes":[{"containerPath":"/a"}]}}""",
        "container.network: ", "container.volumes[0].hostPath: ", "parents: there is no job 'nobody'")]
    public async Task Every_problem_is_in_the_message(string path, string job, params string[] problems)
    {
        var (status, json, text) = await server.SendAsync("POST", $"{Jobs}/{path}", job);

        status.ShouldBe(HttpStatusCode.BadRequest, text);
        var told = json!["message"]!.GetValue<string>().Split("; ").Where(part => part.Contains(": ", StringComparison.Ordinal)).ToList();
        foreach (var problem in problems)
            told.ShouldContain(part => part.StartsWith(problem, StringComparison.Ordinal), json.ToJsonString());
    }

    private async Task AddAsync(string path, string job)
    {
        var (status, _, text) = await server.SendAsync("POST", $"{Jobs}/{path}", job);
        status.ShouldBe(HttpStatusCode.NoContent, text);
    }

    private async Task<JsonNode> SummaryAsync(string name) =>
        (await server.DoAsync("GET", $"{Jobs}/jobs/summary"))["jobs"]!.AsArray().Single(job => job!["name"]!.GetValue<string>() == name)!;
}
