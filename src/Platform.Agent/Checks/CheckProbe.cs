using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Platform.Core.Tasks;

namespace Platform.Agent.Checks;

/// <summary>Looks by HTTP, HTTPS, TCP and commands.</summary>
internal sealed class CheckProbe : ICheckProbe, IDisposable
{
    /// <summary>As much of an answer as is kept, as Marathon does.</summary>
    private const int PreservedBytes = 1024 * 1024;

    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    [SuppressMessage("Security", "CA5359:Do Not Disable Certificate Validation", Justification = "A check asks whether the task answers; Marathon does not verify certificates either.")]
    public CheckProbe(TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            // A check looks whether a connection can be made, and must not keep one to a task that has ended.
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc/>
    public async Task<CheckOutcome> LookAsync(CheckSpec check, CheckTarget target, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(0.001, check.TimeoutSeconds)), _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            return check.Kind switch
            {
                CheckKind.Tcp => await ConnectAsync(check, target, both.Token).ConfigureAwait(false),
                CheckKind.Command => await ExecuteAsync(check, target, timeout.Token, both.Token).ConfigureAwait(false),
                _ => await GetAsync(check, target, both.Token).ConfigureAwait(false),
            };
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new CheckOutcome(false, Message: TimedOut(check));
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or UriFormatException or InvalidOperationException)
        {
            return new CheckOutcome(false, Message: (e.InnerException ?? e).Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<CheckOutcome> GetAsync(CheckSpec check, CheckTarget target, CancellationToken cancellation)
    {
        var endpoints = Endpoints(check, target).ToList();
        for (var i = 0; i < endpoints.Count; i++)
        {
            var path = check.Path.StartsWith('/') ? check.Path : "/" + check.Path;
            // An endpoint with an address of IPv6 writes itself with brackets.
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{(check.Kind == CheckKind.Https ? "https" : "http")}://{endpoints[i]}{path}");
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("platform-agent", "1.0"));
            request.Headers.ConnectionClose = true;
            try
            {
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
                return await JudgeAsync(check, response, cancellation).ConfigureAwait(false);
            }
            catch (HttpRequestException e) when (i + 1 < endpoints.Count && e.HttpRequestError == HttpRequestError.ConnectionError)
            {
                // It may listen at the next one.
            }
        }
        return new CheckOutcome(false, Message: "no address to look at");
    }

    private static async Task<CheckOutcome> JudgeAsync(CheckSpec check, HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        string? body = null, type = null;
        if (check.PreserveLastResponse)
        {
            type = response.Content.Headers.ContentType?.ToString();
            body = await ReadAsync(response.Content, cancellation).ConfigureAwait(false);
        }
        if (check.IgnoreHttp1xx && status is >= 100 and < 200)
            return new CheckOutcome(null, status);
        var success = check.Purpose == CheckPurpose.Readiness
            ? check.ReadyStatusCodes.IsEmpty ? status == 200 : check.ReadyStatusCodes.Contains(status)
            : status is >= 200 and < 400;
        return new CheckOutcome(success, status, success ? null : $"HTTP status {status} from port {check.Port}", type, body);
    }

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        using var stream = await content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[PreservedBytes];
        var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(buffer, 0, count);
    }

    private static async Task<CheckOutcome> ConnectAsync(CheckSpec check, CheckTarget target, CancellationToken cancellation)
    {
        SocketException? refused = null;
        foreach (var endpoint in Endpoints(check, target))
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
                return new CheckOutcome(true);
            }
            catch (SocketException e)
            {
                refused = e;
            }
        }
        return new CheckOutcome(false, Message: $"port {check.Port}: {refused?.Message}");
    }

    private static async Task<CheckOutcome> ExecuteAsync(CheckSpec check, CheckTarget target, CancellationToken timeout, CancellationToken cancellation)
    {
        if (check.Command is not { } command)
            return new CheckOutcome(false, Message: "the check has no command");
        var exit = await target.Execute(command, cancellation).ConfigureAwait(false);
        if (timeout.IsCancellationRequested)
            return new CheckOutcome(false, Message: TimedOut(check));
        return new CheckOutcome(exit == 0, exit, exit switch
        {
            0 => null,
            null => "the check's command was ended by a signal or could not be started",
            _ => $"the check's command exited with status {exit}",
        });
    }

    /// <summary>
    /// The task may listen on loopback, on all addresses, or on the agent's address alone. One with a network of its own is looked at there:
    /// a port of the agent is the port inside that it leads to.
    /// </summary>
    private static IEnumerable<IPEndPoint> Endpoints(CheckSpec check, CheckTarget target)
    {
        var published = target.Ports.FirstOrDefault(port => port.HostPort == check.Port && port.HostPort > 0);
        var family = check.Ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        foreach (var text in target.Addresses.ToArray())
        {
            if (IPAddress.TryParse(text, out var address) && address.AddressFamily == family)
                yield return new IPEndPoint(address, published?.ContainerPort ?? check.Port);
        }
        if (!target.Addresses.IsEmpty && published is null)
            yield break;
        var loopback = check.Ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        var own = IPAddress.TryParse(target.Address, out var its) && its.AddressFamily == family && !its.Equals(loopback) ? its : null;
        // An agent with a loopback address of its own shares the usual one with others, whose tasks may listen there on the same port.
        if (own is not null && IPAddress.IsLoopback(own))
            yield return new IPEndPoint(own, check.Port);
        yield return new IPEndPoint(loopback, check.Port);
        if (own is not null && !IPAddress.IsLoopback(own))
            yield return new IPEndPoint(own, check.Port);
    }

    private static string TimedOut(CheckSpec check) => $"no answer within {check.TimeoutSeconds} s";
}
