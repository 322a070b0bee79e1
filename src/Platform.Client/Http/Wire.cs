using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Platform.Client.Http;

/// <summary>Requests, answers and errors as JSON over HTTP.</summary>
internal sealed class Wire : IDisposable
{
    private readonly HttpClient http;
    private readonly TimeSpan timeout;

    internal Wire(PlatformClientOptions options)
    {
        timeout = options.RequestTimeout;
        http = options.Handler is { } handler ? new HttpClient(handler, disposeHandler: false) : new HttpClient(new SocketsHttpHandler());
        http.BaseAddress = new Uri(options.Url.AbsoluteUri.TrimEnd('/') + "/");
        http.Timeout = Timeout.InfiniteTimeSpan;
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("platform-client", typeof(Wire).Assembly.GetName().Version!.ToString(3)));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    public void Dispose() => http.Dispose();

    internal async Task<T> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, JsonNode? body, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken).ConfigureAwait(false);
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

    /// <summary>The answer, once its headers are there and its status is a success.</summary>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, path.TrimStart('/'));
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
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

    internal PlatformException Away(Exception exception) =>
        new(PlatformError.Unavailable, $"cannot reach the control plane at {http.BaseAddress} ({Innermost(exception).Message})", exception);

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;

    /// <summary>The path of an app, group or agent below a collection, each segment escaped.</summary>
    internal static string PathOf(string collection, string id) =>
        collection + "/" + string.Join('/', id.Trim('/').Split('/').Select(Uri.EscapeDataString));

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
