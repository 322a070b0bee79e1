using System.Net;

namespace Platform.Api.Tests.Marathon;

/// <summary>On a server of its own, because it leaves no room for other deployments.</summary>
public sealed class TooManyDeploymentsTests(MarathonServer server) : IClassFixture<MarathonServer>
{
    [Fact]
    public async Task More_deployments_than_may_run_are_forbidden_and_nothing_of_them_stays()
    {
        for (var i = 0; i < 100; i++)
            (await StartAsync($"/many/a{i}")).Status.ShouldBe(HttpStatusCode.Created);

        var refused = await StartAsync("/many/more");
        refused.Status.ShouldBe(HttpStatusCode.Forbidden);
        refused.Message.ShouldStartWith("Max number (100) of running deployments is achieved. Wait for existing deployments to complete or cancel one");
        (await server.GetAsync("/v2/apps/many/more")).Status.ShouldBe(HttpStatusCode.NotFound);

        // One that takes the place of another is no more than there were, and neither is one with nothing to do.
        (await server.SendAsync("PATCH", "/v2/apps/many/a0?force=true", """{"cmd":"b"}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("PUT", "/v2/groups/many/empty", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("DELETE", "/v2/groups/many?force=true")).Status.ShouldBe(HttpStatusCode.OK);
        (await StartAsync("/many/more")).Status.ShouldBe(HttpStatusCode.Created);
    }

    /// <summary>No agent has so much, so that the deployment stays.</summary>
    private Task<Answer> StartAsync(string id) => server.SendAsync("POST", "/v2/apps", $$"""{"id":"{{id}}","cmd":"a","cpus":1000}""");
}
