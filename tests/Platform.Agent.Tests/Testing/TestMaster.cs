using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Agents;
using Platform.Core.Tasks;

namespace Platform.Agent.Tests.Testing;

/// <summary>A control plane of one endpoint: takes agents in and hands each session to the test.</summary>
internal sealed class TestMaster : IAsyncDisposable
{
    private readonly Channel<TestSession> _sessions = Channel.CreateUnbounded<TestSession>();
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _turnedAway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TestSession? _latest;
    private long _epoch;

    private TestMaster(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Answers a registration; null: taken in.</summary>
    public Func<AgentRegistration, AgentCommand?>? Refuse { get; set; }

    public double HeartbeatSeconds { get; set; } = 5;

    /// <summary>Sessions that begin from now on acknowledge every update at once.</summary>
    public bool AutoAcknowledge { get; set; } = true;

    /// <summary>Told of every update of every session, before it is acknowledged.</summary>
    public Action<TaskUpdate>? Told { get; set; }

    /// <summary>What a session that begins is told first, besides that it was taken in.</summary>
    public Func<IEnumerable<TaskSpec>>? Launch { get; set; }

    /// <summary>While it is set nobody is answered, as when the control plane is down. The port stays taken, so that nothing else gets it meanwhile.</summary>
    public bool Down { get; set; }

    public static async Task<TestMaster> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var master = new TestMaster(app);
        app.Map(AgentSessionJson.EndpointPath, master.AcceptAsync);
        await app.StartAsync();
        master.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return master;
    }

    /// <summary>Completes when somebody was turned away because it is down.</summary>
    public Task TurnedAwayAsync() => _turnedAway.Task.BeforeDeadline();

    /// <summary>Ends the present session, so that the agent begins another one.</summary>
    public void Renew() => _latest?.Drop();

    /// <summary>The next session that an agent begins.</summary>
    public async Task<TestSession> AcceptAsync() => await _sessions.Reader.ReadAsync(Deadline.Token());

    public async ValueTask DisposeAsync()
    {
        _sessions.Writer.TryComplete();
        while (_sessions.Reader.TryRead(out var session))
            session.Drop();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AcceptAsync(HttpContext context)
    {
        if (Down)
        {
            _turnedAway.TrySetResult();
            context.Abort();
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var first = await TestSession.ReceiveAsync(socket, context.RequestAborted);
        if (first?.Register is not { } registration)
            return;
        if (Refuse?.Invoke(registration) is { } refusal)
        {
            await TestSession.SendAsync(socket, refusal);
            await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "refused", CancellationToken.None);
            return;
        }
        using var session = new TestSession(socket, registration) { AutoAcknowledge = AutoAcknowledge, Told = Told };
        await session.SendAsync(new AgentCommand { Registered = new AgentRegistered { Epoch = ++_epoch, HeartbeatSeconds = HeartbeatSeconds, UnreachableAfterSeconds = 15 } });
        _latest = session;
        _sessions.Writer.TryWrite(session);
        if (Launch is not null)
            await session.LaunchAsync([.. Launch()]);
        await session.RunAsync(context.RequestAborted);
    }
}
