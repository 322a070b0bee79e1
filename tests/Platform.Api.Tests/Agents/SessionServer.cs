using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Api.Agents;
using Platform.Api.Marathon.Events;
using Platform.Api.Security;
using Platform.Clustering;
using Platform.Contracts.Agents;
using Platform.Contracts.Events;
using Platform.Core;
using Platform.Grains.Startup;

namespace Platform.Api.Tests.Agents;

/// <summary>A control plane with the session endpoint on a free port of this machine.</summary>
internal sealed class SessionServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _directory;

    private SessionServer(WebApplication app, DirectoryInfo directory)
    {
        _app = app;
        _directory = directory;
    }

    public IGrainFactory Grains => _app.Services.GetRequiredService<IGrainFactory>();

    public static AgentRegistration Registration { get; } = new()
    {
        AgentId = "a1",
        Name = "one",
        Hostname = "localhost",
        Resources = Resources.Parse("cpus:4;mem:1024"),
        Run = "run-1",
    };

    public static async Task<SessionServer> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("sessions-");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSoleSilo(directory.FullName);
        builder.Services.AddAccess();
        builder.Services.AddPlatformGrains(options => options.Agents.UnreachableAfter = TimeSpan.FromMinutes(5));
        builder.Services.AddSingleton<IEventVocabulary, EventVocabulary>();
        var app = builder.Build();
        app.UseWebSockets();
        app.UseRouting();
        app.UseAccess();
        app.MapAgentSessions();
        await app.StartAsync();
        return new(app, directory);
    }

    public async Task<ClientWebSocket> DialAsync()
    {
        var socket = new ClientWebSocket();
        var address = new Uri(_app.Urls.First().Replace("http", "ws", StringComparison.Ordinal) + AgentSessionJson.EndpointPath);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await socket.ConnectAsync(address, timeout.Token);
        return socket;
    }

    public static Task SendAsync(ClientWebSocket socket, AgentMessage message) =>
        SendAsync(socket, JsonSerializer.Serialize(message, AgentSessionJson.Default.AgentMessage));

    public static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>The next command; null with the reason when the control plane closes.</summary>
    public static async Task<(AgentCommand? Command, WebSocketCloseStatus? Status, string? Reason)> ReceiveAsync(ClientWebSocket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var buffer = new byte[1024 * 1024];
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), timeout.Token);
            if (result.MessageType == WebSocketMessageType.Close)
                return (null, socket.CloseStatus, socket.CloseStatusDescription);
            length += result.Count;
            if (result.EndOfMessage)
                return (JsonSerializer.Deserialize(buffer.AsSpan(0, length), AgentSessionJson.Default.AgentCommand), null, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
