using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Platform.Core.Collections;
using Platform.Core.Registry;

namespace Platform.Networking.Tests.Ingress;

/// <summary>A web server that answers its name, the path that it saw, and what it was told in headers.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private EchoServer(string name, WebApplication app) => (Name, _app) = (name, app);

    internal string Name { get; }

    internal int Port { get; private set; }

    /// <summary>How many requests it has seen.</summary>
    internal int Requests => Volatile.Read(ref _requests);

    internal static async Task<EchoServer> StartAsync(string name, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        app.UseWebSockets();
        var server = new EchoServer(name, app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Port = new Uri(app.Urls.Single()).Port;
        return server;
    }

    internal ServiceEndpoint As(string id, params (string Key, string Value)[] labels) => new()
    {
        Id = id,
        Framework = "marathon",
        Name = "web",
        AgentAddresses = ["127.0.0.1"],
        State = EndpointState.Ready,
        Ports = [new EndpointPort { HostPort = Port, Name = "http" }],
        Labels = labels.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap(),
    };

    private async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref _requests);
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[1000];
            while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { CloseStatus: null } received)
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, http.RequestAborted);
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
            return;
        }
        if (http.Request.Path == "/break")
        {
            http.Abort();
            return;
        }
        if (http.Request.Path == "/go")
        {
            http.Response.Redirect("/login");
            return;
        }
        if (http.Request.ContentType == "application/grpc")
        {
            // What a gRPC server does: a message comes, one goes, and the status comes in trailers.
            http.Response.ContentType = "application/grpc";
            await http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted);
            http.Response.AppendTrailer("grpc-status", "0");
            return;
        }
        var headers = http.Request.Headers;
        await http.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture,
            $"{Name} {http.Request.Path} {http.Request.Host} {headers["X-Forwarded-For"]} {headers["X-Forwarded-Proto"]} {headers["X-Forwarded-Port"]}"));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
