using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Platform.Core.Registry;

namespace Platform.Grains.Registry;

/// <summary>Looks by TCP connections and HTTP requests, so many at a time as a process may make of them; others wait for their turn.</summary>
public sealed class InstanceProbe(TimeProvider time) : IInstanceProbe, IDisposable
{
    private const int MostAtOnce = 64;

    private readonly SemaphoreSlim _places = new(MostAtOnce);

    // A check is of the address that was registered, and goes nowhere else.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc/>
    public async Task<string?> LookAsync(string address, InstanceCheck check, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        var target = new IPEndPoint(IPAddress.Parse(address), check.Port);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(check.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return check.IsHttp ? await GetAsync(target, check.Path, either.Token) : await ConnectAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{target}: no answer within {check.TimeoutSeconds} s");
        }
        catch (Exception failure) when (failure is SocketException or HttpRequestException or IOException)
        {
            return $"{target}: {failure.Message}";
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

    private async Task<string?> GetAsync(IPEndPoint target, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{target}{path}"));
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (int)answer.StatusCode is >= 200 and < 400 ? null : string.Create(CultureInfo.InvariantCulture, $"http://{target}{path}: answered {(int)answer.StatusCode}");
    }

    private static async Task<string?> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(target, cancellationToken);
        return null;
    }
}
