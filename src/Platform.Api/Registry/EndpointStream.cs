using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Platform.Core.Registry;

namespace Platform.Api.Registry;

/// <summary>
/// <c>GET /api/endpoints</c>: the whole registry with its labels as server-sent events, for balancers of their own. A <c>snapshot</c> for each service,
/// a <c>change</c> for each change, <c>complete</c> when what was not told is known not to be there, and <c>alive</c> when it has been quiet for 15 seconds.
/// A reader that was too slow gets snapshots and <c>complete</c> again.
/// </summary>
internal static class EndpointStream
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    internal static async Task SendAsync(HttpContext http, ServiceDirectory directory, ServiceWatch watch, RegistryFeed feed, IHostApplicationLifetime lifetime)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        using var subscription = watch.Subscribe(null);
        try
        {
            await http.Response.Body.FlushAsync(end.Token);
            var isComplete = false;
            await SnapshotAsync(http, directory, end.Token);
            while (true)
            {
                if (!isComplete && feed.WhenComplete.IsCompleted)
                {
                    // What made it complete may have been told as changes that wait to be sent.
                    isComplete = true;
                    await ChangesAsync(http, directory, subscription, end.Token);
                    if (!subscription.HasMissed)
                        await WriteAsync(http, "complete", directory.Index, "{}", end.Token);
                }
                await http.Response.Body.FlushAsync(end.Token);
                if (!await WaitAsync(subscription, isComplete ? null : feed.WhenComplete, end.Token))
                    await WriteAsync(http, "alive", directory.Index, "{}", end.Token);
                if (subscription.HasMissed)
                {
                    subscription.HasMissed = false;
                    isComplete = false;
                    while (subscription.Changes.TryRead(out _))
                    {
                        // What the snapshot has anyway.
                    }
                    await SnapshotAsync(http, directory, end.Token);
                    continue;
                }
                await ChangesAsync(http, directory, subscription, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the process ends.
        }
    }

    /// <summary>False: nothing happened for a while.</summary>
    private static async Task<bool> WaitAsync(ServiceWatch.Subscription subscription, Task? complete, CancellationToken cancellation)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        quiet.CancelAfter(Quiet);
        var changes = subscription.Changes.WaitToReadAsync(quiet.Token).AsTask();
        var first = await Task.WhenAny(complete is null ? [changes] : [changes, complete]);
        // The wait for changes must not outlive this one.
        if (first != changes)
            await quiet.CancelAsync();
        try
        {
            return await changes;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return first != changes;
        }
    }

    private static async Task ChangesAsync(HttpContext http, ServiceDirectory directory, ServiceWatch.Subscription subscription, CancellationToken cancellation)
    {
        while (subscription.Changes.TryRead(out var change))
        {
            var view = new ServiceChangeView(change.Service, [.. change.Set.Select(EndpointView.WholeOf)], [.. change.Removed]);
            await WriteAsync(http, "change", directory.ChangedAt(change.Service), JsonSerializer.Serialize(view, ServiceJson.Default.ServiceChangeView), cancellation);
        }
    }

    private static async Task SnapshotAsync(HttpContext http, ServiceDirectory directory, CancellationToken cancellation)
    {
        var services = directory.List();
        for (var i = 0; i < services.Count; i++)
        {
            var view = new ServiceChangeView(services[i].Name, [.. services[i].Endpoints.Select(EndpointView.WholeOf)], []);
            await WriteAsync(http, "snapshot", services[i].Index, JsonSerializer.Serialize(view, ServiceJson.Default.ServiceChangeView), cancellation);
        }
    }

    private static Task WriteAsync(HttpContext http, string type, long index, string data, CancellationToken cancellation) =>
        http.Response.WriteAsync($"event: {type}\nid: {index}\ndata: {data}\n\n", cancellation);
}
