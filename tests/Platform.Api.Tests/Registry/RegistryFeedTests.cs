using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Api.Registry;
using Platform.Api.Tests.Security;
using Platform.Contracts.Registry;
using Platform.Core.Registry;

namespace Platform.Api.Tests.Registry;

/// <summary>How changes come to those who watch.</summary>
public sealed class RegistryFeedTests(SecureServer server) : IClassFixture<SecureServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>No interval passes: what brings a change to a watcher is that it was told, and nothing that looks now and then.</summary>
    [Fact]
    public async Task A_change_is_told_to_watchers_by_itself_and_not_found_by_looking_again()
    {
        var time = new StandingTime();
        var grains = server.Services.GetRequiredService<IGrainFactory>();
        var directory = new ServiceDirectory();
        var watch = new ServiceWatch(directory);
        using var feed = new RegistryFeed(
            grains, directory, new ServiceZone(new()), server.Services.GetRequiredService<IServer>(), [], time, NullLogger<RegistryFeed>.Instance, isControlPlane: false);
        await feed.StartAsync(CancellationToken.None);
        await feed.WhenComplete.WaitAsync(Patience);
        var registry = grains.GetGrain<IRegistryGrain>(0);

        for (var i = 1; i <= 20; i++)
        {
            var watching = watch.WaitAsync("told.marathon", directory.ChangedAt("told.marathon"), Patience, CancellationToken.None);
            watching.IsCompleted.ShouldBeFalse();
            await registry.ApplyAsync([new() { Service = "told.marathon", Owner = "app:/told", From = i == 1 ? null : i - 1, To = i, Set = [new() { Id = "one", Framework = "marathon", Version = $"{i}" }] }]);
            await watching.WaitAsync(Patience);
            directory.Find("told.marathon")!.Endpoints.Single().Version.ShouldBe($"{i}");
        }
        time.Elapsed.ShouldBe(0);
        await feed.StopAsync(CancellationToken.None);
    }

    /// <summary>A clock that stands: its timers never elapse, and it counts those that were made to at once.</summary>
    private sealed class StandingTime : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
        private int _elapsed;

        internal int Elapsed => Volatile.Read(ref _elapsed);

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.Zero)
                Interlocked.Increment(ref _elapsed);
            return new Standing();
        }

        private sealed class Standing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
