using Microsoft.Extensions.Options;
using Platform.Core.Jobs;

namespace Platform.Grains.Jobs;

/// <summary>Posts to webhooks and hands mail to an SMTP server.</summary>
public sealed class NoticeSender(IOptions<JobOptions> options, TimeProvider time) : INoticeSender, IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <inheritdoc/>
    public async Task<string?> SendAsync(JobNotice notice, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Value.NoticeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (notice.To.Webhook is { } url)
                return await PostAsync(notice, url, either.Token);
            if (options.Value.SmtpUrl is not { } server)
                return "no SMTP server is set; start the control plane with --smtp-url";
            await NoticeMail.SendAsync(notice, server, options.Value.SmtpFrom, either.Token);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return $"no answer within {options.Value.NoticeTimeout.TotalSeconds:0} s";
        }
#pragma warning disable CA1031 // Whatever a receiver does, the notice is told again.
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return failure.Message;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string?> PostAsync(JobNotice notice, string url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = NoticeText.Json(notice) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", notice.Id);
        foreach (var (name, value) in notice.To.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return response.IsSuccessStatusCode ? null : $"it answered {(int)response.StatusCode} {response.ReasonPhrase}";
    }
}
