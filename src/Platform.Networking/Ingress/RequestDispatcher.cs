using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Platform.Networking.LoadBalancing;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Forwarder;

namespace Platform.Networking.Ingress;

/// <summary>Finds an instance for a request: waits for one, wakes the app, and goes on to the next when one fails.</summary>
internal sealed partial class RequestDispatcher(
    IngressOptions options, IngressRoutes routes, IProxyStateLookup lookup, RequestGuard guard, IngressMetrics metrics, ILogger<RequestDispatcher> logger)
{
    private const int MostWaiting = 10_000;

    private static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WakeAgain = TimeSpan.FromSeconds(5);

    internal async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var id = http.GetReverseProxyFeature().Cluster.Config.ClusterId;
        if (routes.Find(id) is not { } live)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        metrics.Began();
        try
        {
            if (!guard.Answers(http, live))
                await DispatchAsync(http, live, next);
        }
        finally
        {
            metrics.Ended();
        }
    }

    /// <summary>Where nobody had to choose (there is one instance, or a cookie names one, or all others have just gone), a request is counted all the same.</summary>
    internal Task CountAsync(HttpContext http, RequestDelegate next)
    {
        var feature = http.GetReverseProxyFeature();
        if (!http.Items.ContainsKey(WeightedLeastRequests.ChosenKey) && feature.AvailableDestinations is [var only, ..]
            && routes.Find(feature.Cluster.Config.ClusterId)?.Pool.Backends.FirstOrDefault(backend => backend.Id == only.DestinationId) is { } backend)
        {
            backend.Take();
            http.Items[WeightedLeastRequests.ChosenKey] = backend;
        }
        return next(http);
    }

    private async Task DispatchAsync(HttpContext http, LiveRoute live, RequestDelegate next)
    {
        var tried = new HashSet<string>(StringComparer.Ordinal);
        var deadline = Environment.TickCount64 + (long)options.LongestWait.TotalMilliseconds;
        for (var attempt = 1; ; attempt++)
        {
            if (!Offer(http, live, tried) && !await WaitAsync(http, live))
            {
                metrics.Failed();
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                http.Response.Headers.RetryAfter = "5";
                return;
            }
            await next(http);
            var error = http.GetForwarderErrorFeature();
            var destination = http.GetReverseProxyFeature().ProxiedDestination;
            if (http.Items.Remove(WeightedLeastRequests.ChosenKey, out var chosen) && chosen is Backend backend)
            {
                backend.Release();
                if (error is null)
                    backend.Succeeded();
                else if (IsUnreachable(error))
                    backend.Failed(Environment.TickCount64);
            }
            if (error is null)
                return;
            if (destination is null || !MayRetry(http, live, error))
            {
                if (!http.RequestAborted.IsCancellationRequested)
                    metrics.Failed();
                return;
            }
            tried.Add(destination.DestinationId);
            LogTriesAgain(live.Route.Id, destination.DestinationId, error.Error, error.Exception?.Message);
            if (attempt >= options.Attempts)
            {
                // Nobody takes it now: once more each time that something changes, or a moment later, until the time is over.
                var left = TimeSpan.FromMilliseconds(deadline - Environment.TickCount64);
                if (left <= TimeSpan.Zero)
                {
                    metrics.Failed();
                    return;
                }
                tried.Clear();
                await Task.WhenAny(live.Changed, Task.Delay(left < TryAgain ? left : TryAgain, http.RequestAborted));
            }
            metrics.Retried();
            http.Features.Set<IForwarderErrorFeature>(null);
            http.Response.Clear();
        }
    }

    /// <summary>Gives the request the instances there are, but those that failed for it. False: there is none.</summary>
    private bool Offer(HttpContext http, LiveRoute live, HashSet<string> tried)
    {
        if (!lookup.TryGetCluster(live.Route.Id, out var cluster))
            return false;
        var available = cluster.DestinationsState.AvailableDestinations;
        if (available.Count == 0)
            return false;
        http.ReassignProxyRequest(cluster);
        if (tried.Count == 0)
            return true;
        var others = available.Where(destination => !tried.Contains(destination.DestinationId)).ToList();
        // Better one that failed a moment ago than none.
        if (others.Count > 0)
            http.GetReverseProxyFeature().AvailableDestinations = others;
        return true;
    }

    /// <summary>Waits until there is an instance. False: there is none in time.</summary>
    private async Task<bool> WaitAsync(HttpContext http, LiveRoute live)
    {
        if (!live.TryWait(MostWaiting))
            return false;
        try
        {
            var began = Environment.TickCount64;
            var wakes = options.Wake is not null && live.Route is { Rule.WakeInstances: > 0, Targets.IsEmpty: true };
            if (wakes)
                metrics.Woke();
            while (!http.RequestAborted.IsCancellationRequested)
            {
                // Before the look: what comes after it ends the wait.
                var changed = live.Changed;
                if (Offer(http, live, []))
                    return true;
                var rule = live.Route.Rule;
                var longest = options.Wake is not null && rule.WakeInstances > 0 ? options.LongestWake : options.LongestWait;
                var left = longest - TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
                if (left <= TimeSpan.Zero || routes.Find(live.Route.Id) != live)
                    return false;
                if (options.Wake is { } wake && rule.WakeInstances > 0 && live.Route.Targets.IsEmpty)
                    await WakeAsync(live, wake);
                await Task.WhenAny(changed, Task.Delay(left < WakeAgain ? left : WakeAgain, http.RequestAborted));
            }
            return false;
        }
        finally
        {
            live.WaitsNoMore();
        }
    }

    private async Task WakeAsync(LiveRoute live, Func<string, int, CancellationToken, Task> wake)
    {
        try
        {
            await live.WakeAsync(wake);
        }
        catch (Exception failure)
        {
            LogNotWoken(failure, live.Route.AppId);
        }
    }

    private static bool MayRetry(HttpContext http, LiveRoute live, IForwarderErrorFeature error) =>
        !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested
        && (IsNotConnected(error) || (live.Route.Rule.Retries && error.Error is ForwarderError.Request or ForwarderError.RequestTimedOut && IsSafe(http)));

    // Nothing of the request was sent: it may go elsewhere whatever it is.
    private static bool IsNotConnected(IForwarderErrorFeature error)
    {
        for (var failure = error.Exception; failure is not null; failure = failure.InnerException)
        {
            if (failure is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable })
                return error.Error == ForwarderError.Request;
        }
        return false;
    }

    private static bool IsUnreachable(IForwarderErrorFeature error) => error.Error is ForwarderError.Request or ForwarderError.RequestTimedOut;

    private static bool IsSafe(HttpContext http) =>
        (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method) || HttpMethods.IsTrace(http.Request.Method))
        && http.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };

    [LoggerMessage(LogLevel.Information, "A request of {Route} goes to another instance than {Instance}: {Error} {Reason}")]
    private partial void LogTriesAgain(string route, string instance, ForwarderError error, string? reason);

    [LoggerMessage(LogLevel.Warning, "{App} could not be woken; it is tried again")]
    private partial void LogNotWoken(Exception failure, string app);
}
