using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Contracts.Security;
using Platform.Core.Security;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Security;

/// <summary>Tokens of tasks over a real session of an agent: who gets one, what it is good for, and when no more.</summary>
public sealed class WorkloadTokenTests(SecureServer server) : IClassFixture<SecureServer>
{
    [Fact]
    public async Task An_agent_gets_tokens_of_the_tasks_that_were_placed_on_it_and_of_no_others()
    {
        using var first = await JoinAsync("first", "31000-31010");
        var task = await LaunchAsync(first, "/shop/web", """ "platform":{"identity":{"audience":["vault","platform"],"lifetimeSeconds":600}},"constraints":[["hostname","CLUSTER","first"]] """);
        task.Identity.ShouldBe(new TaskIdentitySpec { Audience = ["vault", "platform"], LifetimeSeconds = 600 });

        var answers = await first.AskAsync(
            new() { RequestId = "own", TaskId = task.TaskId, Owner = task.Owner, Audience = task.Identity!.Audience, LifetimeSeconds = 600 },
            new() { RequestId = "unknown", TaskId = task.TaskId + "0", Owner = task.Owner },
            new() { RequestId = "foreign", TaskId = task.TaskId, Owner = "app:/bank/vault" },
            new() { RequestId = "nobody", TaskId = task.TaskId, Owner = "nobody:x" },
            new() { RequestId = "empty", TaskId = task.TaskId, Owner = task.Owner, Audience = [""] });
        answers["own"].Problem.ShouldBeNull();
        foreach (var refused in (string[])["unknown", "foreign", "nobody"])
            answers[refused].ShouldSatisfyAllConditions(answer => answer.Text.ShouldBeNull(), answer => answer.Problem.ShouldBe("the control plane has no such task on this agent"));
        answers["empty"].Problem.ShouldNotBeNull().ShouldContain("audiences");

        // An agent that says of itself that it runs the task is not believed.
        using var liar = await JoinAsync("liar", "31100-31110", task);
        (await liar.AskAsync(new TaskTokenRequest { RequestId = "stolen", TaskId = task.TaskId, Owner = task.Owner }))["stolen"].Text.ShouldBeNull();

        // Others check it with nothing but what the cluster publishes.
        var text = answers["own"].Text!.Value;
        var configuration = (await server.SendAsync("GET", "/.well-known/openid-configuration", null)).Json;
        var keys = new JsonWebKeySet((await server.SendAsync("GET", new Uri(configuration.GetProperty("jwks_uri").GetString()!).PathAndQuery, null)).Text);
        var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(text, new()
        {
            IssuerSigningKeys = keys.GetSigningKeys(), ValidAudience = "vault", ValidIssuer = configuration.GetProperty("issuer").GetString(),
        });
        checkedToken.IsValid.ShouldBeTrue(checkedToken.Exception?.Message);
        var token = (JsonWebToken)checkedToken.SecurityToken;
        token.Subject.ShouldBe(WorkloadSubject.Of(task.Owner, task.TaskId));
        token.Subject.ShouldStartWith("app:/shop/web/");
        token.GetPayloadValue<string>("owner").ShouldBe("app:/shop/web");
        token.GetPayloadValue<string>("task_id").ShouldBe(task.TaskId);
        token.GetPayloadValue<string>("agent_id").ShouldBe("agent-first");
        (token.ValidTo - token.ValidFrom).ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_token_of_a_task_does_what_its_app_was_given_and_nothing_once_the_task_has_ended()
    {
        using var agent = await JoinAsync("runner", "32000-32010");
        var task = await LaunchAsync(agent, "/mill/grind", """ "constraints":[["hostname","CLUSTER","runner"]] """);
        var answers = await agent.AskAsync(
            new() { RequestId = "a", TaskId = task.TaskId, Owner = task.Owner, LifetimeSeconds = 3600 },
            new() { RequestId = "b", TaskId = task.TaskId, Owner = task.Owner, Audience = ["elsewhere"], LifetimeSeconds = 3600 });
        var token = answers["a"].Text!.Value;
        await server.SendAsync("PUT", "/api/secrets/mill/key", server.Root, """{"value":"flour"}""");

        (await server.SendAsync("GET", "/api/session", answers["b"].Text!.Value)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.SendAsync("GET", "/api/session", token)).Json.GetProperty("uid").GetString().ShouldBe(WorkloadSubject.Of(task.Owner, task.TaskId));
        (await server.SendAsync("GET", "/v2/apps/mill/grind", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/api/secrets/mill/key", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        // It proves who the task is, and makes no other tokens.
        (await server.SendAsync("POST", "/api/tokens", token, """{"description":"more"}""")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("POST", "/acs/api/v1/auth/renew", token)).Status.ShouldBe(HttpStatusCode.BadRequest);

        await GrantAsync("app:%252Fmill", NamedRoles.Grant(NamedRole.Viewer, "/mill"));
        await GrantAsync("app:%252Fmill%252Fgrind", new(ResourceId.Secret("mill/key"), AccessAction.Read));
        (await server.SendAsync("GET", "/v2/apps/mill/grind", token)).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("DELETE", "/v2/apps/mill/grind", token)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.SendAsync("GET", "/api/secrets/mill/key", token)).Json.GetProperty("value").GetString().ShouldBe("flour");
        (await server.SendAsync("GET", "/secrets/v1/secret/default/mill/key", token, scheme: "token=")).Json.GetProperty("value").GetString().ShouldBe("flour");
        // Nobody else sees a value, whatever the right.
        (await server.SendAsync("GET", "/api/secrets/mill/key", server.Root)).Status.ShouldBe(HttpStatusCode.Forbidden);

        await agent.SendAsync(new()
        {
            Updates = [new() { TaskId = task.TaskId, Owner = task.Owner, UpdateId = "u1", State = TaskState.Failed, Timestamp = DateTimeOffset.UtcNow, Message = "ground down" }],
        });
        await agent.NextAsync(command => !command.Acknowledge.IsEmpty);
        await UntilAsync(async () => (await server.SendAsync("GET", "/v2/apps/mill/grind", token)) is { Status: HttpStatusCode.Unauthorized } refused && refused.Text.Contains("has ended", StringComparison.Ordinal));
        (await agent.AskAsync( new TaskTokenRequest { RequestId = "late", TaskId = task.TaskId, Owner = task.Owner }))["late"].Text.ShouldBeNull();
    }

    [Fact]
    public async Task With_an_issuer_that_is_an_address_others_find_there_what_they_check_tokens_with()
    {
        const string Issuer = "https://platform.example.org/one";
        var addressed = new SecureServer { Tuning = options => options.Tokens.Issuer = Issuer };
        await addressed.InitializeAsync();
        try
        {
            using var agent = await SecureAgent.JoinAsync(addressed, "only", "31000-31010");
            var task = await LaunchAsync(addressed, agent, "/shop/web", """ "instances":1 """);
            var answers = await agent.AskAsync(
                new() { RequestId = "own", TaskId = task.TaskId, Owner = task.Owner },
                new() { RequestId = "vault", TaskId = task.TaskId, Owner = task.Owner, Audience = ["vault"] });

            // What they read is below the address, whichever way they came.
            var configuration = (await addressed.SendAsync("GET", "/.well-known/openid-configuration", null)).Json;
            configuration.GetProperty("issuer").GetString().ShouldBe(Issuer);
            configuration.GetProperty("jwks_uri").GetString().ShouldBe(Issuer + "/.well-known/jwks.json");
            var keys = new JsonWebKeySet((await addressed.SendAsync("GET", "/.well-known/jwks.json", null)).Text);
            var checkedToken = await new JsonWebTokenHandler().ValidateTokenAsync(answers["vault"].Text!.Value, new() { IssuerSigningKeys = keys.GetSigningKeys(), ValidAudience = "vault", ValidIssuer = Issuer });
            checkedToken.IsValid.ShouldBeTrue(checkedToken.Exception?.Message);

            // Here it counts as before, and logins keep the name of the cluster, so that they outlast a change of the address.
            (await addressed.SendAsync("GET", "/api/session", answers["own"].Text!.Value)).Json.GetProperty("uid").GetString().ShouldBe(WorkloadSubject.Of(task.Owner, task.TaskId));
            new JsonWebToken(addressed.Root).Issuer.ShouldStartWith("platform:");
            new JsonWebToken(answers["own"].Text!.Value).GetPayloadValue<string>("cluster").ShouldBe(new JsonWebToken(addressed.Root).Issuer);
        }
        finally
        {
            await addressed.DisposeAsync();
        }
    }

    private async Task GrantAsync(string subject, Permission permission)
    {
        var answer = await server.SendAsync("PUT", $"/acs/api/v1/acls/{permission.Resource.Replace("/", "%252F", StringComparison.Ordinal)}/users/{subject}/{permission.Action.Name()}", server.Root);
        answer.Status.ShouldBe(HttpStatusCode.NoContent, answer.Text);
    }

    private Task<SecureAgent> JoinAsync(string name, string ports, TaskSpec? claimed = null) => SecureAgent.JoinAsync(server, name, ports, claimed);

    private Task<TaskSpec> LaunchAsync(SecureAgent agent, string id, string more) => LaunchAsync(server, agent, id, more);

    private static async Task<TaskSpec> LaunchAsync(SecureServer server, SecureAgent agent, string id, string more)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", server.Root, $$"""{"id":"{{id}}","cmd":"sleep 1000","cpus":0.1,"mem":16,{{more}}}""");
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return await agent.LaunchedAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(100, limit.Token);
    }
}
