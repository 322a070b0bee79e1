using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Registry;
using Platform.Benchmarks.ControlPlane;
using Platform.Contracts.Registry;
using Platform.Core.Registry;

namespace Platform.Benchmarks.Discovery;

/// <summary>From the call that tells the registry of a change until somebody who waits for the service at a process' copy goes on.</summary>
internal static class ChangeToWatcher
{
    /// <summary>The times of so many changes, one after the other, in milliseconds and ascending.</summary>
    internal static async Task<double[]> MeasureAsync(int changes)
    {
        await using var store = await BenchmarkStore.OpenAsync("sqlite", Path.GetTempPath());
        await using var silo = await ControlPlaneSilo.StartAsync(store);
        var directory = new ServiceDirectory();
        var watch = new ServiceWatch(directory);
        using var feed = new RegistryFeed(silo.Grains, directory, new ServiceZone(new()), new NoServer(), [], TimeProvider.System, NullLogger<RegistryFeed>.Instance);
        await feed.StartAsync(CancellationToken.None);
        await feed.WhenComplete;
        var registry = silo.Grains.GetGrain<IRegistryGrain>(0);
        var times = new double[Math.Max(1, changes)];
        for (var i = 0; i < times.Length; i++)
        {
            var watching = watch.WaitAsync("watched.marathon", directory.ChangedAt("watched.marathon"), TimeSpan.FromMinutes(1), CancellationToken.None);
            var begun = Stopwatch.GetTimestamp();
            await registry.ApplyAsync([new() { Service = "watched.marathon", Owner = "app:/watched", From = i == 0 ? null : i, To = i + 1, Set = [new() { Id = "one", Framework = "marathon", Version = $"{i}" }] }]);
            await watching;
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
        await feed.StopAsync(CancellationToken.None);
        Array.Sort(times);
        return times;
    }

    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
