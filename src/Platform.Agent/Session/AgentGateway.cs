using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Platform.Agent.Executors;

namespace Platform.Agent.Session;

/// <summary>
/// What an agent of Mesos serves at its own address, for tools that look for it there: the control plane answers it, and each request goes there
/// as it came, with what its client showed of itself and nothing of the agent's own.
/// </summary>
internal sealed class AgentGateway : IAsyncDisposable
{
    private const string Prefix = "/" + ExecutorServer.Process;

    // They are about one connection, and are not passed on.
    private static readonly string[] OfConnection = ["Connection", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    private readonly string _agentId;
    private readonly Func<Uri> _master;
    private readonly HttpMessageInvoker _http;
    private readonly ILogger _logger;
    private readonly WebApplication _app;

    private AgentGateway(int port, string agentId, Func<Uri> master, HttpMessageInvoker http, ILogger logger)
    {
        (_agentId, _master, _http, _logger) = (agentId, master, http, logger);
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory, ApplicationName = "platform" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.ListenAnyIP(port));
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _app = builder.Build();
        ((IApplicationBuilder)_app).Run(ServeAsync);
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="port">Where, on all addresses of the machine.</param>
    /// <param name="agentId">The agent.</param>
    /// <param name="master">The control plane that the agent speaks with now.</param>
    /// <param name="http">Sends requests there. It shows nothing of the agent's own.</param>
    /// <param name="logger">The agent's.</param>
    /// <exception cref="AgentStartException">The port is taken.</exception>
    public static async Task<AgentGateway> StartAsync(int port, string agentId, Func<Uri> master, HttpMessageInvoker http, ILogger logger)
    {
        var gateway = new AgentGateway(port, agentId, master, http, logger);
        try
        {
            await gateway._app.StartAsync().ConfigureAwait(false);
            return gateway;
        }
        catch (IOException e)
        {
            await gateway.DisposeAsync().ConfigureAwait(false);
            throw new AgentStartException($"The agent cannot listen on port {port}: {e.Message} Choose another by --http-port.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync().ConfigureAwait(false);
        _http.Dispose();
    }

    private async Task ServeAsync(HttpContext http)
    {
        // Who attaches to a command beside a task may say nothing for a long time.
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var master = _master();
        try
        {
            using var request = RequestOf(http, master);
            using var response = await _http.SendAsync(request, http.RequestAborted).ConfigureAwait(false);
            http.Response.StatusCode = (int)response.StatusCode;
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            {
                if (!OfConnection.Contains(name, StringComparer.OrdinalIgnoreCase))
                    http.Response.Headers.Append(name, values.ToArray());
            }
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            // That there is an answer is told before its first part is there.
            await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
            await CopyAsync(await response.Content.ReadAsStreamAsync(http.RequestAborted).ConfigureAwait(false), http.Response.Body, http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested)
            {
                http.Abort();
                return;
            }
            _logger.LogDebug("A request for {Path} was not answered: {Reason}", http.Request.Path, e.Message);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await http.Response.WriteAsync($"The control plane at {master} does not answer: {e.Message}").ConfigureAwait(false);
        }
    }

    private HttpRequestMessage RequestOf(HttpContext http, Uri master)
    {
        var path = http.Request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal, out var rest) ? rest : http.Request.Path;
        var request = new HttpRequestMessage(new(http.Request.Method), new Uri(master, $"/agent/{Uri.EscapeDataString(_agentId)}{path.ToUriComponent()}{http.Request.QueryString.ToUriComponent()}"));
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = new PassedOn(http.Request.Body);
        foreach (var (name, values) in http.Request.Headers)
        {
            if (!OfConnection.Contains(name, StringComparer.OrdinalIgnoreCase) && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        return request;
    }

    // Each part as soon as it comes: a stream may rest for long between two.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        for (var count = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false); count > 0; count = await from.ReadAsync(buffer, cancellation).ConfigureAwait(false))
        {
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            await to.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private sealed class PassedOn(Stream body) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => CopyAsync(body, stream, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => CopyAsync(body, stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    // It is a part of the agent, which is stopped by whoever runs it.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
