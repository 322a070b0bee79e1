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
    /// <summary>Names a request, so that it is carried out once however often it is sent.</summary>
    internal const string IdempotencyKey = "Idempotency-Key";

    private const int LargeBody = 1024 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly HttpClient http;
    private readonly HttpMessageInvoker sockets;
    private readonly TimeSpan timeout;
    private readonly Uri[] addresses;
    private readonly int retries;
    private int current;

    internal Wire(PlatformClientOptions options)
    {
        timeout = options.RequestTimeout;
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries, nameof(options));
        retries = options.Retries;
        addresses = [.. options.OtherUrls.Prepend(options.Url).Select(url => new Uri(url.AbsoluteUri.TrimEnd('/') + "/"))];
        var own = options.Handler ?? Guarded(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(10) }, options.Trust);
        http = new HttpClient(own, disposeHandler: options.Handler is null);
        sockets = new HttpMessageInvoker(own, disposeHandler: false);
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform-client", typeof(Wire).Assembly.GetName().Version!.ToString(3)));
        if (options.Token is { Length: > 0 } token)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    // Those that answered last; it counts on for ever.
    private Uri Address => addresses[(Volatile.Read(ref current) & int.MaxValue) % addresses.Length];

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
            throw new PlatformException(PlatformError.Refused, $"{Address} answered {method} {path} with something that is not understood: {exception.Message}", exception)
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
    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        var isRepeatable = method == HttpMethod.Get || method == HttpMethod.Head;
        return InTurnAsync(
            async address =>
            {
                using var request = Request(address);
                isRepeatable |= request.Headers.Contains(IdempotencyKey);
                return await SendOnceAsync(request, address, cancellationToken).ConfigureAwait(false);
            },
            () => isRepeatable,
            cancellationToken);

        HttpRequestMessage Request(Uri address)
        {
            var request = new HttpRequestMessage(method, new Uri(address, path.TrimStart('/')));
            if (body is not null)
            {
                var text = body.ToJsonString();
                request.Content = new StringContent(text, Encoding.UTF8, "application/json");
                // What is too large is refused before it is sent, and not by a connection that breaks in the middle.
                request.Headers.ExpectContinue = text.Length > LargeBody;
            }
            prepare?.Invoke(request);
            return request;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, Uri address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Away(exception, address);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PlatformException(PlatformError.Unavailable, $"no answer from {address} within {timeout.TotalSeconds:0} s", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ErrorAnswer.ReadAsync(response, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A WebSocket to the control plane.</summary>
    internal Task<WebSocket> ConnectAsync(string path, CancellationToken cancellationToken) =>
        InTurnAsync(address => ConnectOnceAsync(address, path, cancellationToken), () => false, cancellationToken);

    private async Task<WebSocket> ConnectOnceAsync(Uri server, string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
        socket.Options.CollectHttpResponseDetails = true;
        if (http.DefaultRequestHeaders.Authorization is { } login)
            socket.Options.SetRequestHeader("Authorization", login.ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var address = new UriBuilder(new Uri(server, path.TrimStart('/')));
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
                _ => Away(exception, server),
            };
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new PlatformException(PlatformError.Unavailable, $"no answer from {server} within {timeout.TotalSeconds:0} s", exception);
        }
    }

    /// <summary>Asks one address after another, beginning with the one that answered last.</summary>
    private async Task<T> InTurnAsync<T>(Func<Uri, Task<T>> ask, Func<bool> isRepeatable, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        for (var tried = 1; ; tried++)
        {
            var at = Volatile.Read(ref current);
            try
            {
                return await ask(addresses[(at & int.MaxValue) % addresses.Length]).ConfigureAwait(false);
            }
            catch (PlatformException failure) when (
                failure.Error == PlatformError.Unavailable && tried < addresses.Length * (1L + retries) && (isRepeatable() || WasNotSent(failure)))
            {
                // Those that ask at the same time move on together.
                Interlocked.CompareExchange(ref current, at + 1, at);
            }
            if (tried % addresses.Length > 0)
                continue;
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // There was no connection that anything could have gone through.
    private static bool WasNotSent(Exception? exception) => exception switch
    {
        null => false,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError } => true,
        _ => WasNotSent(exception.InnerException),
    };

    /// <summary>The control plane went away while it answered.</summary>
    internal PlatformException Away(Exception exception) => Away(exception, Address);

    private static PlatformException Away(Exception exception, Uri address) =>
        new(PlatformError.Unavailable, $"cannot reach the control plane at {address} ({Innermost(exception).Message}){Hint(exception)}", exception);

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
