using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Platform.Clustering.Certificates;
using Platform.Clustering.Certificates.Acme;

namespace Platform.Host.Hosting.Tls;

/// <summary>Answers an authority that looks whether names are ours, over HTTP (RFC 8555, 8.3), and nothing else.</summary>
internal sealed class ChallengeServer : IAsyncDisposable
{
    private const string Folder = "/.well-known/acme-challenge/";
    private const int MostConnections = 100;

    private readonly WebApplication _app;

    private ChallengeServer(WebApplication app) => _app = app;

    /// <summary>Begins to listen.</summary>
    /// <param name="listen">Where; an authority that is public comes to port 80 of each name.</param>
    /// <param name="certificate">Whose answers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="AuthorityException">The port cannot be had.</exception>
    internal static async Task<ChallengeServer> StartAsync(IPEndPoint listen, AcmeCertificate certificate, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = "platform" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            StrictHttp.Apply(options);
            options.Limits.MaxConcurrentConnections = MostConnections;
            options.Limits.MaxRequestBodySize = 0;
            options.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            options.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(5);
            options.Listen(listen, endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        // Signals are for the server that this one is beside.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Run(http => AnswerAsync(http, certificate));
        try
        {
            await app.StartAsync(cancellationToken);
            return new(app);
        }
        catch (Exception failure) when (failure is IOException or System.Net.Sockets.SocketException or UnauthorizedAccessException)
        {
            await app.DisposeAsync();
            throw new AuthorityException($"nothing can listen on {listen} for the proofs of ACME ({failure.Message}): free the port, or name another with --acme-listen");
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext http, AcmeCertificate certificate)
    {
        var path = http.Request.Path.Value ?? "";
        if (HttpMethods.IsGet(http.Request.Method) && path.StartsWith(Folder, StringComparison.Ordinal) 
            && await certificate.AnswerToAsync(path[Folder.Length..], http.RequestAborted) is { } answer)
        {
            http.Response.ContentType = "application/octet-stream";
            await http.Response.WriteAsync(answer, http.RequestAborted);
            return;
        }
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync("Nothing but proofs of names is here; the control plane is reached over HTTPS.\n", http.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
