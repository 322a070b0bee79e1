using System.Net;
using Platform.Contracts.Allocation;
using Platform.Core;
using Platform.Core.Collections;
using Platform.Core.Roles;

namespace Platform.Api.Tests.Marathon;

/// <summary>The cluster has 4 agents of 100 cpus and 100,000 MB.</summary>
public sealed class ImpossiblePlansTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task What_fits_no_agent_is_taken_with_a_warning_that_has_the_arithmetic()
    {
        var answer = await server.SendAsync("POST", "/v2/apps", """{"id":"/impossible/cpus","cmd":"aa","cpus":1000}""");
        answer.Status.ShouldBe(HttpStatusCode.Created);
        // 1000 - 100 = 900.
        answer.Headers["Warning"].ShouldBe("199 platform \"/impossible/cpus can never run on the agents that are there: cpus: 900 more needed at best, on 4 agents\"");
        var fits = await server.SendAsync("POST", "/v2/apps", """{"id":"/impossible/not","cmd":"aa","cpus":99,"instances":0}""");
        fits.Headers.ContainsKey("Warning").ShouldBeFalse();
        var image = await server.SendAsync("PUT", "/v2/apps/impossible/image", """{"container":{"type":"DOCKER","docker":{"image":"nginx"}}}""");
        image.Status.ShouldBe(HttpStatusCode.Created, image.Text);
        image.Headers["Warning"].ShouldContain("no agent offers the docker containerizer");
    }

    [Theory]
    [InlineData("POST", "/v2/apps?impossible=refuse", """{"id":"/refused/a","cmd":"aa","mem":100001}""")]
    [InlineData("PUT", "/v2/apps/refused/a?impossible=refuse", """{"cmd":"aa","mem":100001}""")]
    [InlineData("PUT", "/v2/apps?impossible=refuse", """[{"id":"/refused/b","cmd":"aa"},{"id":"/refused/a","cmd":"aa","mem":100001}]""")]
    [InlineData("PUT", "/v2/groups/refused?impossible=refuse", """{"apps":[{"id":"a","cmd":"aa","mem":100001}]}""")]
    public async Task It_is_refused_for_who_does_not_want_to_wait(string method, string path, string body)
    {
        var answer = await server.SendAsync(method, path, body);
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldBe("Object is not valid");
        // 100001 - 100000 = 1.
        answer.Problems.ShouldBe(["/: /refused/a can never run on the agents that are there: mem: 1 more needed at best, on 4 agents"]);
        (await server.GetAsync("/v2/groups/refused")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync("POST", "/v2/apps?impossible=maybe", """{"id":"/refused/a","cmd":"aa","mem":100001}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_instance_that_is_more_than_the_limit_of_its_role_is_always_refused()
    {
        var quota = new Quota { Limits = ResourceLimits.Parse("cpus:2") };
        (await server.Grains.GetGrain<IAllocatorGrain>(0).SetQuotasAsync(ValueMap.Create(("tight", quota)), force: false)).ShouldBeEmpty();
        var answer = await server.SendAsync("POST", "/v2/apps", """{"id":"/tight/a","cmd":"aa","role":"tight","cpus":3}""");
        answer.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, answer.Text);
        // 3 - 2 = 1.
        answer.Problems.ShouldBe(["/: /tight/a can never run: quota limit of role tight: cpus 1 more needed"]);
        (await server.SendAsync("POST", "/v2/apps", """{"id":"/tight/a","cmd":"aa","role":"tight","cpus":2}""")).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_queue_tells_of_each_agent_what_it_could_have_given_and_why_that_was_not_enough()
    {
        (await server.SendAsync("POST", "/v2/apps", """{"id":"/unused","cmd":"aa","cpus":1000,"mem":1,"constraints":[["hostname","LIKE","agent-0000[12]"]]}""")).Status.ShouldBe(HttpStatusCode.Created);
        var queue = await server.AskUntilAsync("/v2/queue?embed=lastUnusedOffers", answer => answer.Json.GetProperty("queue").EnumerateArray()
            .Any(i => i.GetProperty("app").GetProperty("id").GetString() == "/unused" && i.GetProperty("lastUnusedOffers").GetArrayLength() > 0));
        var item = queue.Json.GetProperty("queue").EnumerateArray().Single(i => i.GetProperty("app").GetProperty("id").GetString() == "/unused");
        var offers = item.GetProperty("lastUnusedOffers").EnumerateArray().ToList();
        offers.Count.ShouldBe(4);
        offers.Count(o => o.GetProperty("reason").EnumerateArray().Select(r => r.GetString()).SequenceEqual(["InsufficientCpus"])).ShouldBe(2);
        offers.Count(o => o.GetProperty("reason").EnumerateArray().Select(r => r.GetString()).SequenceEqual(["UnfulfilledConstraint", "InsufficientCpus"])).ShouldBe(2);
        var offer = offers[0].GetProperty("offer");
        offer.GetProperty("agentId").GetString().ShouldBe(offer.GetProperty("id").GetString());
        offer.GetProperty("hostname").GetString().ShouldStartWith("agent-");
        var resources = offer.GetProperty("resources").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!);
        resources["cpus"].GetProperty("scalar").GetDouble().ShouldBeLessThanOrEqualTo(100);
        resources["ports"].GetProperty("ranges")[0].GetProperty("begin").GetInt32().ShouldBeInRange(31_000, 32_000);
        offer.GetProperty("attributes").EnumerateArray().ShouldAllBe(a => a.GetProperty("name").GetString()!.Length > 0 && a.GetProperty("text").GetString()!.Length > 0);

        // Each agent falls out at its first reason: 2 by the constraint, and of the 2 that are left both for want of cpus.
        var steps = item.GetProperty("processedOffersSummary").GetProperty("rejectSummaryLastOffers").EnumerateArray()
            .Select(s => $"{s.GetProperty("reason")} {s.GetProperty("declined")} of {s.GetProperty("processed")}").ToList();
        steps.Count.ShouldBe(10);
        steps[1].ShouldBe("UnfulfilledConstraint 2 of 4");
        steps[4].ShouldBe("InsufficientCpus 2 of 2");
        steps[9].ShouldBe("DeclinedScarceResources 0 of 0");
        (await server.GetAsync("/v2/queue")).Text.ShouldNotContain("lastUnusedOffers");
    }
}
