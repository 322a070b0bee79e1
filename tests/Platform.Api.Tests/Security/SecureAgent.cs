using System.Net.WebSockets;
using Platform.Api.Tests.Agents;
using Platform.Contracts.Agents;
using Platform.Contracts.Security;
using Platform.Core;
using Platform.Core.Tasks;

namespace Platform.Api.Tests.Security;

/// <summary>An agent's session with a control plane that lets nobody in without a login, spoken by hand.</summary>
internal sealed class SecureAgent : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    /// <summary>Joins as <c>agent-NAME</c>.</summary>
    /// <param name="server">The control plane.</param>
    /// <param name="name">The agent's name and host.</param>
    /// <param name="ports">The ports that it offers.</param>
    /// <param name="claimed">A task that it says it runs; null: none.</param>
    public static async Task<SecureAgent> JoinAsync(SecureServer server, string name, string ports, TaskSpec? claimed = null)
    {
        var token = (await server.SendAsync("POST", "/api/tokens/agents", server.Root, $$"""{"name":"{{name}}"}""")).Json.GetProperty("token").GetString();
        var agent = new SecureAgent();
        agent._socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await agent._socket.ConnectAsync(new(server.Http.BaseAddress!.AbsoluteUri.Replace("http", "ws", StringComparison.Ordinal).TrimEnd('/') + AgentSessionJson.EndpointPath), timeout.Token);
        await agent.SendAsync(new()
        {
            Register = new()
            {
                AgentId = "agent-" + name, Name = name, Hostname = name, Run = "1", Resources = Resources.Parse($"cpus:4;mem:1024;disk:1000;ports:[{ports}]"), Containerizers = ["process"],
                Tasks = claimed is null ? [] : [TaskReport.Of(claimed, new() { TaskId = claimed.TaskId, Owner = claimed.Owner, State = TaskState.Running, Timestamp = DateTimeOffset.UtcNow }, DateTimeOffset.UtcNow)],
            },
        });
        await agent.NextAsync(command => command.Registered is not null);
        return agent;
    }

    /// <summary>The first task of the next launch.</summary>
    public async Task<TaskSpec> LaunchedAsync() => (await NextAsync(command => !command.Launch.IsEmpty)).Launch[0];

    /// <summary>Asks for tokens; the answers by the ids of the requests.</summary>
    public async Task<Dictionary<string, TaskToken>> AskAsync(params TaskTokenRequest[] requests)
    {
        await SendAsync(new() { TokenRequests = [.. requests] });
        var answers = new Dictionary<string, TaskToken>();
        while (answers.Count < requests.Length)
        {
            foreach (var token in (await NextAsync(command => !command.Tokens.IsEmpty)).Tokens)
                answers[token.RequestId] = token;
        }
        return answers;
    }

    public Task SendAsync(AgentMessage message) => SessionServer.SendAsync(_socket, message);

    /// <summary>The next command that is as wanted; what comes before it is passed over.</summary>
    public async Task<AgentCommand> NextAsync(Func<AgentCommand, bool> wanted)
    {
        while (true)
        {
            var (command, _, reason) = await SessionServer.ReceiveAsync(_socket);
            if (wanted(command ?? throw new InvalidOperationException($"the session has ended: {reason}")))
                return command;
        }
    }

    public void Dispose() => _socket.Dispose();
}
