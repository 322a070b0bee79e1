using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Client.Http;

/// <summary>Requests, answers and errors as JSON over HTTP.</summary>
internal sealed class Wire : IDisposable
{
    private const int LargeBody = 1024 * 1024;

    private readonly HttpClient http;
    private readonly HttpMessageInvoker sockets;
    private readonly TimeSpan timeout;

    internal Wire(PlatformClientOptions options)
    {
        timeout = options.RequestTimeout;
        var own = options.Handler ?? Guarded(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(10) }, options.Trust);
        http = new HttpClient(own, disposeHandler: options.Handler is null);
        sockets = new HttpMessageInvoker(own, disposeHandler: false);
        http.BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/");
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform-client", typeof(Wire).Assembly.GetName().Version!.ToString(3)));
        if (options.Token is { Length: > 0 } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public void Dispose() => http.Dispose();

    internal async Task<T> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, JsonNode? body, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        using var response = await SendAsync(method, path, body, cancellationToken, prepare).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
                ?? throw new JsonException("the body is null");
        }
        catch (JsonException exception)
        {
            throw new PlatformException(PlatformError.Refused, $"{http.BaseAddress} answered {method} {path} with something that is not understood: {exception.Message}", exception)
            {
                StatusCode = response.StatusCode,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Away(exception);
        }
    }

    /// <summary>Server-sent events, until the server goes away.</summary>
    internal async IAsyncEnumerable<SseItem<byte[]>> EventsAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken, request =>
        {
            request.Headers.Accept.Clear();
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        }).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        var items = SseParser.Create(stream, (_, data) => data.ToArray()).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var __ = items.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync().ConfigureAwait(false))
                    yield break;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw Away(exception);
            }
            yield return items.Current;
        }
    }

    /// <summary>The answer, once its headers are there and its status is a success.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/'));
        if (body is not null)
        {
            var text = body.ToJsonString();
            request.Content = new StringContent(text, Encoding.UTF8, "application/json");
            // What is too large is refused before it is sent, and not by a connection that breaks in the middle.
            request.Headers.ExpectContinue = text.Length > LargeBody;
        }
        prepare?.Invoke(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Away(exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformException(PlatformError.Unavailable, $"no answer from {http.BaseAddress} within {timeout.TotalSeconds:0} s", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ErrorAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A WebSocket to the control plane.</summary>
    internal async Task<WebSocket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.CollectHttpResponseDetails = true;
        if (http.DefaultRequestHeaders.Authorization is { } login)
            socket.Options.SetRequestHeader("Authorization", login.ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var address = new UriBuilder(new Uri(http.BaseAddress!, path.TrimStart('/')));
        address.Scheme = address.Scheme == "https" ? "wss" : "ws";
        try
        {
            await socket.ConnectAsync(address.Uri, sockets, limit.Token).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException exception)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw status switch
            {
                HttpStatusCode.Unauthorized => new PlatformException(PlatformError.LoginNeeded, "a login is needed: './platform login'", exception) { StatusCode = status },
                HttpStatusCode.Forbidden => new PlatformException(PlatformError.Forbidden, $"{path.Split('?')[0]} may not be used with the rights of this login", exception) { StatusCode = status },
                _ => Away(exception),
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new PlatformException(PlatformError.Unavailable, $"no answer from {http.BaseAddress} within {timeout.TotalSeconds:0} s", exception);
        }
    }

    internal PlatformException Away(Exception exception) =>
        new(PlatformError.Unavailable, $"cannot reach the control plane at {http.BaseAddress} ({Innermost(exception).Message}){Hint(exception)}", exception);

    private static HttpMessageHandler Guarded(SocketsHttpHandler handler, ClusterTrust? trust) => trust?.Guard(handler) ?? handler;

    private static string Hint(Exception? exception) => exception switch
    {
        null => "",
        AuthenticationException => ". It shows a certificate that is not trusted: its authority is named by --ca FILE or --ca FINGERPRINT, or $PLATFORM_CA; the control plane prints the fingerprint when it starts",
        _ => Hint(exception.InnerException),
    };

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    /// <summary>The path of an app, pod or deployment below a collection, each segment escaped.</summary>
    /// <exception cref="PlatformException">Nothing can have this name: it would be the address of something else.</exception>
    internal static string PathOf(string collection, string id) => PlatformNames.ProblemOfPath(id) is { } problem
        ? throw new PlatformException(PlatformError.Invalid, problem)
        : collection + "/" + string.Join('/', id.Trim('/').Split('/').Select(Uri.EscapeDataString));

    internal static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    internal static string? Flag(bool value) => value ? "true" : null;
}
