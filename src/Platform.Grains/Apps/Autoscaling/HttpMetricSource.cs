using Microsoft.Extensions.Logging;

namespace Platform.Grains.Apps;

/// <summary>Reads metrics over HTTP: at most 1 MB within 3 s, from 64 instances at a time; redirects are not followed.</summary>
public sealed partial class HttpMetricSource(ILogger<HttpMetricSource> logger) : IMetricSource, IDisposable
{
    private const int AtOnce = 64;
    private const int LongestAnswer = 1024 * 1024;

    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(3),
        MaxResponseContentBufferSize = LongestAnswer,
    };

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(string host, int port, string path)
    {
        await _places.WaitAsync();
        try
        {
            return await _http.GetStringAsync(new Uri($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}{path}"));
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or UriFormatException or InvalidOperationException)
        {
            LogNotRead(host, port, path, failure.Message);
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
    }

    [LoggerMessage(LogLevel.Debug, "Metrics at {Host}:{Port}{Path} could not be read: {Reason}")]
    private partial void LogNotRead(string host, int port, string path, string reason);
}
