using System.Net;
using System.Net.WebSockets;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Platform.Api.Tests.Agents;
using Platform.Contracts.Agents;
using Platform.Contracts.Security;
using Platform.Core;
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

        var answers = await AskAsync(first,
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
        (await AskAsync(liar, new TaskTokenRequest { RequestId = "stolen", TaskId = task.TaskId, Owner = task.Owner }))["stolen"].Text.ShouldBeNull();

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
        var answers = await AskAsync(agent,
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

        await SendAsync(agent, new()
        {
            Updates = [new() { TaskId = task.TaskId, Owner = task.Owner, UpdateId = "u1", State = TaskState.Failed, Timestamp = DateTimeOffset.UtcNow, Message = "ground down" }],
        });
        await NextAsync(agent, command => !command.Acknowledge.IsEmpty);
        await UntilAsync(async () => (await server.SendAsync("GET", "/v2/apps/mill/grind", token)) is { Status: HttpStatusCode.Unauthorized } refused && refused.Text.Contains("has ended", StringComparison.Ordinal));
        (await AskAsync(agent, new TaskTokenRequest { RequestId = "late", TaskId = task.TaskId, Owner = task.Owner }))["late"].Text.ShouldBeNull();
    }

    private async Task GrantAsync(string subject, Permission permission)
    {
        var answer = await server.SendAsync("PUT", $"/acs/api/v1/acls/{permission.Resource.Replace("/", "%252F", StringComparison.Ordinal)}/users/{subject}/{permission.Action.Name()}", server.Root);
        answer.Status.ShouldBe(HttpStatusCode.NoContent, answer.Text);
    }

    private async Task<ClientWebSocket> JoinAsync(string name, string ports, TaskSpec? claimed = null)
    {
        var token = (await server.SendAsync("POST", "/api/tokens/agents", server.Root, $$"""{"name":"{{name}}"}""")).Json.GetProperty("token").GetString();
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(new(server.Http.BaseAddress!.AbsoluteUri.Replace("http", "ws", StringComparison.Ordinal).TrimEnd('/') + AgentSessionJson.EndpointPath), timeout.Token);
        await SendAsync(socket, new()
        {
            Register = new()
            {
                AgentId = "agent-" + name, Name = name, Hostname = name, Run = "1", Resources = Resources.Parse($"cpus:4;mem:1024;disk:1000;ports:[{ports}]"), Containerizers = ["process"],
                Tasks = claimed is null ? [] : [TaskReport.Of(claimed, new() { TaskId = claimed.TaskId, Owner = claimed.Owner, State = TaskState.Running, Timestamp = DateTimeOffset.UtcNow }, DateTimeOffset.UtcNow)],
            },
        });
        await NextAsync(socket, command => command.Registered is not null);
        return socket;
    }

    private async Task<TaskSpec> LaunchAsync(ClientWebSocket agent, string id, string more)
    {
        var answer = await server.SendAsync("POST", "/v2/apps", server.Root, $$"""{"id":"{{id}}","cmd":"sleep 1000","cpus":0.1,"mem":16,{{more}}}""");
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Text);
        return (await NextAsync(agent, command => !command.Launch.IsEmpty)).Launch[0];
    }

    private static async Task<Dictionary<string, TaskToken>> AskAsync(ClientWebSocket agent, params TaskTokenRequest[] requests)
    {
        await SendAsync(agent, new() { TokenRequests = [.. requests] });
        var answers = new Dictionary<string, TaskToken>();
        while (answers.Count < requests.Length)
        {
            foreach (var token in (await NextAsync(agent, command => !command.Tokens.IsEmpty)).Tokens)
                answers[token.RequestId] = token;
        }
        return answers;
    }

    private static Task SendAsync(ClientWebSocket socket, AgentMessage message) => SessionServer.SendAsync(socket, message);

    private static async Task<AgentCommand> NextAsync(ClientWebSocket socket, Func<AgentCommand, bool> wanted)
    {
        while (true)
        {
            var (command, _, reason) = await SessionServer.ReceiveAsync(socket);
            if (wanted(command ?? throw new InvalidOperationException($"the session has ended: {reason}")))
                return command;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
            await Task.Delay(100, limit.Token);
    }
}
