using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Platform.Api.Security;
using Platform.Contracts.Allocation;
using Platform.Contracts.Apps;
using Platform.Core.Apps;

namespace Platform.Api.Native;

/// <summary><c>/ready</c>: whether requests should come to this process. <c>/health</c> says whether the cluster takes changes, wherever it is asked.</summary>
internal static class ReadinessEndpoint
{
    private const string Ok = "ok";

    /// <summary>What does not answer within this time keeps the process from being ready.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    internal static void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/ready", AnswerAsync).Needs(Right.Open);

    /// <summary>200 when every check says ok, else 503; either way each check with what it found.</summary>
    private static async Task AnswerAsync(HttpContext http, IGrainFactory grains, IHostApplicationLifetime? lifetime)
    {
        var gate = CheckAsync(() => grains.GetGrain<IGroupGrain>(AppPath.Root).GetDeploymentsAsync());
        var allocator = CheckAsync(() => grains.GetGrain<IAllocatorGrain>(0).ExplainAsync(""));
        // Whoever balances over several silos learns from it to send no more here.
        var process = lifetime?.ApplicationStopping.IsCancellationRequested == true ? "is stopping" : Ok;
        var checks = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["allocator"] = await allocator, ["gate"] = await gate, ["process"] = process };
        var ready = new Readiness(checks.Values.All(found => found == Ok), checks);
        http.Response.StatusCode = ready.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsJsonAsync(ready, NativeJson.Default.Readiness, cancellationToken: http.RequestAborted);
    }

    private static async Task<string> CheckAsync(Func<Task> ask)
    {
        try
        {
            await ask().WaitAsync(Patience);
            return Ok;
        }
        catch (TimeoutException)
        {
            return $"does not answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception failure)
        {
            return $"fails: {failure.Message}";
        }
    }
}

/// <summary>Whether a process is ready.</summary>
/// <param name="Ready">All checks are ok.</param>
/// <param name="Checks">What each check found: ok, or what is wrong.</param>
internal sealed record Readiness(bool Ready, SortedDictionary<string, string> Checks);
