using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Platform.Core.Security;
using Platform.Simulation;

namespace Platform.Api.Tests.Security;

/// <summary>Who may have an agent run containers without a task, which can do what the agent can.</summary>
public sealed class StandaloneRightsTests(SecureServer server) : IClassFixture<SecureServer>
{
    private const string Agent = "standalone-rights";

    private async Task<HttpStatusCode> AskAsync(string type, string token)
    {
        var command = type == "LAUNCH_CONTAINER" ? ""","command":{"value":"sleep 1000"}""" : "";
        return (await server.SendAsync("POST", $"/agent/{Agent}/api/v1", token, $$$"""{"type":"{{{type}}}","{{{type.ToLowerInvariant()}}}":{"container_id":{"value":"a"} {{{command}}} } }""")).Status;
    }

    [Fact]
    public async Task Only_the_right_to_them_does_and_deployers_have_it_not()
    {
        var agent = new SimulatedAgent(server.Services.GetRequiredService<IGrainFactory>(), Agent, "cpus:1;mem:100", TimeProvider.System);
        await agent.ConnectAsync();
        var deployers = await server.AddUserAsync("standalone-deployer", NamedRoles.Grant(NamedRole.Deployer), new Permission(ResourceId.Operations("slave"), AccessAction.Read));
        var reader = await server.AddUserAsync("standalone-reader", new Permission(ResourceId.StandaloneContainers, AccessAction.Read), new Permission(ResourceId.Operations("slave"), AccessAction.Read));
        var runner = await server.AddUserAsync("standalone-runner", new Permission(ResourceId.StandaloneContainers, AccessAction.Full));
        foreach (var token in (string[])[deployers, reader])
        {
            foreach (var call in (string[])["LAUNCH_CONTAINER", "KILL_CONTAINER", "REMOVE_CONTAINER"])
                (await AskAsync(call, token)).ShouldBe(HttpStatusCode.Forbidden);
        }
        (await AskAsync("WAIT_CONTAINER", deployers)).ShouldBe(HttpStatusCode.Forbidden);
        (await AskAsync("WAIT_CONTAINER", reader)).ShouldBe(HttpStatusCode.NotFound);
        (await AskAsync("LAUNCH_CONTAINER", runner)).ShouldBe(HttpStatusCode.OK);
        const string Shown = """{"type":"GET_CONTAINERS","get_containers":{"show_standalone":true}}""";
        (await server.SendAsync("POST", $"/agent/{Agent}/api/v1", deployers, Shown)).Text.ShouldNotContain("container_id");
        (await server.SendAsync("POST", $"/agent/{Agent}/api/v1", reader, Shown)).Text.ShouldContain("container_id");
        (await AskAsync("KILL_CONTAINER", runner)).ShouldBe(HttpStatusCode.OK);
    }
}
