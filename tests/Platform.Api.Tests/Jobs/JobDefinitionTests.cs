using System.Net;

namespace Platform.Api.Tests.Jobs;

/// <summary>Definitions in the form of our own API.</summary>
public sealed class JobDefinitionTests(JobServer server) : IClassFixture<JobServer>
{
    [Fact]
    public async Task Every_problem_is_told_at_once_whether_it_was_found_when_it_was_read_or_after()
    {
        await server.DoAsync("POST", "/api/jobs", """{"id":"first","task":{"cmd":"true"}}""", HttpStatusCode.Created);
        await server.DoAsync("POST", "/api/jobs", """{"id":"second","parents":["first"],"task":{"cmd":"true"}}""", HttpStatusCode.Created);

        var (status, json, text) = await server.SendAsync("PUT", "/api/jobs/first", """
            {"schedule":{"expression":"0 0 31 2 *","zone":"Nowhere/City","catchUpWindowSeconds":1e300},"parents":["second","nobody"],"concurency":"forbid","retry":{"limit":"many","deadlineSeconds":1e18},
             "task":{"cmd":"true","args":["x"],"mem":"much","timeoutSeconds":1e300,"unreachableSeconds":1e300}}
            """);

        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        JobServer.Problems(json).Select(problem => problem.Split(": ")[0]).Distinct().ShouldBe(
            ["concurency", "parents", "retry.deadlineSeconds", "retry.limit", "schedule.catchUpWindowSeconds", "schedule.expression", "schedule.zone", "task.command", "task.mem", "task.timeoutSeconds", "task.unreachableSeconds"],
            ignoreOrder: true);
        JobServer.Problems(json).ShouldContain("parents: the jobs would follow each other in a circle: first -> second -> first");
        JobServer.Problems(json).ShouldContain("parents: there is no job 'nobody' to follow; add it first");
        (await server.DoAsync("GET", "/api/jobs/first"))["spec"]!["schedule"].ShouldBeNull("nothing is half applied");
    }

    [Fact]
    public async Task Ports_are_a_number_or_say_what_each_is()
    {
        await server.DoAsync("POST", "/api/jobs", """{"id":"plain","task":{"cmd":"true","ports":2}}""", HttpStatusCode.Created);
        (await server.DoAsync("GET", "/api/jobs/plain"))["spec"]!["task"]!["ports"]!.GetValue<int>().ShouldBe(2);

        await server.DoAsync("POST", "/api/jobs", """{"id":"named","task":{"cmd":"true","ports":[{"name":"http","labels":{"VIP_0":"/named:80"}},{"protocol":"udp"}]}}""", HttpStatusCode.Created);
        (await server.DoAsync("GET", "/api/jobs/named"))["spec"]!["task"]!["ports"]!.ToJsonString()
            .ShouldBe("""[{"protocol":"tcp","name":"http","labels":{"VIP_0":"/named:80"}},{"protocol":"udp"}]""");

        var (status, json, text) = await server.SendAsync("PUT", "/api/jobs/named", """{"task":{"cmd":"true","ports":[{"name":"h t"},{"name":"x"},{"name":"x","protocol":"icmp","label":{}}]}}""");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        JobServer.Problems(json).Select(problem => problem.Split(": ")[0]).ShouldBe(
            ["task.ports[0].name", "task.ports[2].label", "task.ports[2].name", "task.ports[2].protocol"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_backfill_has_bounds()
    {
        await server.DoAsync("POST", "/api/jobs", """{"id":"past","schedule":{"expression":"* * * * * *"},"disabled":true,"task":{"cmd":"true"}}""", HttpStatusCode.Created);

        var (status, json, text) = await server.SendAsync("POST", "/api/jobs/past/backfills", """{"from":"0001-01-01T00:00:00Z","until":"2999-01-01T00:00:00Z","parallelism":0}""");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        JobServer.Problems(json).Select(problem => problem.Split(": ")[0]).ShouldBe(["from", "until", "parallelism"], ignoreOrder: true);
        (status, json, text) = await server.SendAsync("POST", "/api/jobs/past/backfills", """{"from":"2026-01-01T00:00:00Z","until":"2026-02-01T00:00:00Z"}""");
        status.ShouldBe(HttpStatusCode.UnprocessableEntity, text);
        JobServer.Problems(json).ShouldHaveSingleItem().ShouldStartWith("until: more than 100000 due times");
    }

    [Fact]
    public async Task A_run_says_why_it_does_not_go_on()
    {
        await server.DoAsync("POST", "/api/jobs", """{"id":"big","task":{"cmd":"true","mem":10000000}}""", HttpStatusCode.Created);
        var later = (await server.DoAsync("POST", "/api/jobs/big/runs", """{"at":"9999-12-31T23:59:59Z"}""", HttpStatusCode.Created))["id"]!.GetValue<string>();
        var now = (await server.DoAsync("POST", "/api/jobs/big/runs", null, HttpStatusCode.Created))["id"]!.GetValue<string>();

        (await server.DoAsync("GET", $"/api/jobs/big/runs/{later}"))["why"]!.GetValue<string>().ShouldBe("waits until 9999-12-31T23:59:59.000Z");
        await server.AskUntilAsync($"/api/jobs/big/runs/{now}", run => run["why"]?.GetValue<string>().StartsWith("mem: ", StringComparison.Ordinal) == true);
        (await server.DoAsync("POST", "/api/jobs/big/stop"))["stopped"]!.GetValue<int>().ShouldBe(2);
    }
}
