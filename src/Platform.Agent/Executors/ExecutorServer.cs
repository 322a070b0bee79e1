using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Contracts.Frameworks;
using Platform.Mesos.Protocol;
using Call = Platform.Mesos.Wire.Executor.Call;
using Event = Platform.Mesos.Wire.Executor.Event;

namespace Platform.Agent.Executors;

/// <summary>Mesos' executor API v1, for the executors on this machine: <c>POST /api/v1/executor</c> on loopback, and on a local socket if it has one.</summary>
internal sealed class ExecutorServer : IAsyncDisposable
{
    /// <summary>The name of an agent's process, below which its API is found as well.</summary>
    public const string Process = "slave(1)";

    // What has more cannot go to the control plane in one frame either.
    private const int LargestCall = 4 * 1024 * 1024;

    private static readonly string[] Paths = ["/api/v1/executor", $"/{Process}/api/v1/executor"];

    // As in Mesos. An executor that is away is noticed by its connection.
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromMinutes(30);

    private readonly ExecutorTable _table;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();

    private ExecutorServer(ExecutorTable table, int port, TimeProvider time, ILogger logger)
    {
        (_table, _time, _logger) = (table, time, logger);
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = LargestCall;
            options.Listen(IPAddress.Loopback, port);
            if (table.Settings.Socket is { } socket)
                options.ListenUnixSocket(socket);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        ((IApplicationBuilder)_app).Run(ServeAsync);
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ExecutorServer> StartAsync(ExecutorTable table, int port, TimeProvider time, ILogger logger)
    {
        var server = new ExecutorServer(table, port, time, logger);
        try
        {
            if (table.Settings.Socket is { } socket)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
                // That of an earlier run of the agent.
                File.Delete(socket);
            }
            await server._app.StartAsync().ConfigureAwait(false);
            // Executors run as users of their own, as they do where they come by TCP.
            if (table.Settings.Socket is not null && OperatingSystem.IsLinux())
                File.SetUnixFileMode(table.Settings.Socket, (UnixFileMode)0b110_110_110);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        server.Port = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Where(address => !address.Contains("unix:", StringComparison.Ordinal)).Select(address => new Uri(address).Port).First();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ServeAsync(HttpContext http)
    {
        try
        {
            if (!Paths.Contains(http.Request.Path.Value))
                throw MesosRefusal.NotFound("There is only /api/v1/executor here");
            var call = await MesosContents.ReadCallAsync<Call>(http.Request).ConfigureAwait(false);
            if (ExecutorWire.ProblemOf(call) is { } problem)
                throw MesosRefusal.BadRequest($"Failed to validate Executor::Call: {problem}");
            if (!_table.HasFramework(call.FrameworkId.Value))
                throw MesosRefusal.BadRequest("Framework cannot be found");
            var executor = _table.Find(call.FrameworkId.Value, call.ExecutorId.Value) ?? throw MesosRefusal.BadRequest("Executor cannot be found");
            var authorization = http.Request.Headers.Authorization.ToString();
            if (!_table.MaySpeak(executor, authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? authorization["Bearer ".Length..] : null))
                throw new MesosRefusal(StatusCodes.Status401Unauthorized, "The executor's token is missing or wrong");
            if (call.Type == Call.Types.Type.Subscribe)
                await SubscribeAsync(http, executor, call.Subscribe).ConfigureAwait(false);
            else
                Take(http, executor, call);
        }
        catch (MesosRefusal refusal)
        {
            await refusal.WriteAsync(http).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The executor or the agent has gone.
        }
    }

    private void Take(HttpContext http, AgentExecutor executor, Call call)
    {
        if (!executor.IsSubscribed)
            throw MesosRefusal.Forbidden("Executor is not subscribed");
        switch (call.Type)
        {
            case Call.Types.Type.Update:
                executor.Update(call.Update.Status);
                break;
            case Call.Types.Type.Message:
                _table.Receive(new() { Owner = FrameworkOwner.Of(executor.Spec.FrameworkId), ExecutorId = executor.Spec.ExecutorId, Data = call.Message.Data.ToByteArray() });
                break;
        }
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task SubscribeAsync(HttpContext http, AgentExecutor executor, Call.Types.Subscribe call)
    {
        var content = MesosContents.Accepted(http.Request) ?? throw MesosRefusal.NotAcceptable();
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = content.Name();
        using var stream = new RecordStream(content, new Event { Type = Event.Types.Type.Heartbeat }, _time) { Interval = HeartbeatInterval };
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stop.Token);
        executor.Subscribe(stream, call);
        _logger.LogInformation("Executor {Executor} of framework {Framework} has subscribed", executor.Spec.ExecutorId, executor.Spec.FrameworkId);
        try
        {
            await stream.RunAsync(http, Subscribed(executor), ended.Token).ConfigureAwait(false);
        }
        finally
        {
            executor.Disconnect(stream);
        }
    }

    private Event Subscribed(AgentExecutor executor)
    {
        var info = Wire.ExecutorInfo.Parser.ParseFrom(executor.Spec.Definition);
        info.FrameworkId = new() { Value = executor.Spec.FrameworkId };
        var agent = _table.Settings.Agent.Clone();
        agent.Port = Port;
        return new()
        {
            Type = Event.Types.Type.Subscribed,
            Subscribed = new()
            {
                ExecutorInfo = info,
                FrameworkInfo = Wire.FrameworkInfo.Parser.ParseFrom(executor.Spec.Framework),
                AgentInfo = agent,
                ContainerId = new() { Value = executor.PlaceId },
            },
        };
    }

    // It is a part of the agent, which is stopped by whoever runs it.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
